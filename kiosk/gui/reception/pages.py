"""The pages of the staff side, in the order of the navigation."""

from kiosk.gui.reception.enrolment.page import EnrolmentPage
from kiosk.gui.reception.health import HealthPage
from kiosk.gui.reception.journal.page import JournalPage
from kiosk.gui.reception.page import EVERYBODY, INSTALLERS, PageEntry
from kiosk.gui.reception.people.page import PeoplePage
from kiosk.gui.reception.settings.page import SettingsPage
from kiosk.gui.reception.staff import StaffMembersPage
from kiosk.gui.reception.visitors import VisitorsPage
from kiosk.i18n import QT_TRANSLATE_NOOP

PAGES: tuple[PageEntry, ...] = (
    PageEntry("enrol", QT_TRANSLATE_NOOP("staff", "Enrol"), "person_plus", EVERYBODY, EnrolmentPage),
    PageEntry("people", QT_TRANSLATE_NOOP("staff", "People"), "people", EVERYBODY, PeoplePage),
    PageEntry("visitors", QT_TRANSLATE_NOOP("staff", "Visitors"), "visitors", EVERYBODY, VisitorsPage),
    PageEntry("journal", QT_TRANSLATE_NOOP("staff", "Journal"), "journal", EVERYBODY, JournalPage),
    PageEntry("health", QT_TRANSLATE_NOOP("staff", "Health"), "health", EVERYBODY, HealthPage),
    PageEntry("settings", QT_TRANSLATE_NOOP("staff", "Settings"), "settings", INSTALLERS, SettingsPage),
    PageEntry("staff", QT_TRANSLATE_NOOP("staff", "Staff"), "staff", INSTALLERS, StaffMembersPage),
)
