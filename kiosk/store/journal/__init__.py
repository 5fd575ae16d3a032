"""The append-only record of decisions and of what the staff did."""

from kiosk.store.journal.entries import Action, ActionEntry, Filter, JournalEntry
from kiosk.store.journal.journal import Journal
from kiosk.store.journal.schema import MADE_BY, SCHEMA_VERSION

__all__ = ["MADE_BY", "SCHEMA_VERSION", "Action", "ActionEntry", "Filter", "Journal", "JournalEntry"]
