"""The page that shows the journal: decisions of the door and actions of the staff."""
