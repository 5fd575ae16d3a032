"""People to doors: the decision, the lock, the record and the voice."""
