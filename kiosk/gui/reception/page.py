"""What every page of the staff side is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QWidget

from kiosk.gui.reception.unsaved import Unsaved
from kiosk.people.staff import Role

if TYPE_CHECKING:
    from kiosk.gui.reception.office import Office

EVERYBODY = frozenset(Role)
INSTALLERS = frozenset({Role.INSTALLER})


class StaffPage(QWidget):
    """One page; lives in the GUI thread, from the moment somebody goes there until they sign out."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.office = office

    def enter(self, **arguments: object) -> None:
        """It is shown now; the arguments come from Office.go."""

    def leave(self) -> None:
        """It is hidden: discard half-done work, stop timers, let go of the camera."""

    @property
    def unsaved(self) -> Unsaved | None:
        """Return what would be lost if the page were left now; None = nothing. A question comes first."""
        return None

    @property
    def saving(self) -> bool:
        """Return whether something is being saved or erased: the page stays until the answer comes."""
        return False

    @property
    def settled(self) -> bool:
        """Return whether the page may be replaced, as for another language, without losing anything."""
        return self.unsaved is None and not self.saving

    @property
    def resting(self) -> QWidget:
        """Return the widget that takes the focus when the focused one goes away; Enter must do no harm there."""
        return self


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page as the navigation knows it."""

    name: str  # as Office.go takes it
    title: str  # English, context "staff"
    icon: str  # as in assets/icons
    roles: frozenset[Role]
    make: Callable[[Office], StaffPage]
