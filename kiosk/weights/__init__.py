"""Files of weights: those that are shipped, those that can be fetched, and their verification."""
