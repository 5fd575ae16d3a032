"""Report pages and their plots; they need the libraries of the extra [evaluation]."""
