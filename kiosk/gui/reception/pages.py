"""The pages that there are, in the order of the navigation."""

from kiosk.gui.reception.page import PageEntry

PAGES: tuple[PageEntry, ...] = ()
