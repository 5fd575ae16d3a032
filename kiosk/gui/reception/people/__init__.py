"""The page of everybody in the gallery, and of each person."""
