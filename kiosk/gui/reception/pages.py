"""The pages that there are, in the order of the navigation."""

from kiosk.gui.reception.journal import JournalPage
from kiosk.gui.reception.page import EVERYBODY, INSTALLERS, PageEntry
from kiosk.gui.reception.staff_page import StaffMembersPage
from kiosk.words import QT_TRANSLATE_NOOP

PAGES: tuple[PageEntry, ...] = (
    PageEntry("journal", QT_TRANSLATE_NOOP("staff", "Journal"), "journal", EVERYBODY, JournalPage),
    PageEntry("staff", QT_TRANSLATE_NOOP("staff", "Staff"), "staff", INSTALLERS, StaffMembersPage),
)
