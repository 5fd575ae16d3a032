"""The append-only record of decisions and of what the staff did."""

from kiosk.access.journal.entries import Action, ActionEntry, Filter, JournalEntry
from kiosk.access.journal.journal import Journal
from kiosk.access.journal.schema import MADE_BY, SCHEMA_VERSION

__all__ = ["MADE_BY", "SCHEMA_VERSION", "Action", "ActionEntry", "Filter", "Journal", "JournalEntry"]
