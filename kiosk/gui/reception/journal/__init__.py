"""The journal page: why was she refused?"""

from kiosk.gui.reception.journal.page import JournalPage

__all__ = ["JournalPage"]
