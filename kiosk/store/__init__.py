"""Records kept in SQLite: one class for a database file, and the journal."""
