from kiosk.gui.reception.page import EVERYBODY, INSTALLERS
from kiosk.people.staff import Role


def test_what_everybody_may_see_the_reception_may_see_and_settings_are_the_installers():
    assert {Role.RECEPTION, Role.INSTALLER} == EVERYBODY
    assert {Role.INSTALLER} == INSTALLERS
