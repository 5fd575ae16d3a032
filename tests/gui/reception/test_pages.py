from kiosk.files import asset
from kiosk.gui.reception.page import PageEntry
from kiosk.gui.reception.shell import PAGES


def test_pages_have_names_of_their_own_and_icons_that_are_there():
    assert len({entry.name for entry in PAGES}) == len(PAGES)
    assert all(isinstance(entry, PageEntry) and asset("icons", f"{entry.icon}.svg").is_file() for entry in PAGES)
