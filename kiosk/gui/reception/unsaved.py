"""What would be lost if somebody left a page, and the question that comes first."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from kiosk.i18n import translate

if TYPE_CHECKING:
    from kiosk.gui.reception.office import Screen


class Unsaved(enum.Enum):
    """What somebody has begun and not saved."""

    ENROLMENT = "enrolment"
    CHANGES = "changes"  # typed into a form


class Part(Protocol):
    """A page, or a part of one, that somebody may leave."""

    @property
    def unsaved(self) -> Unsaved | None: ...
    @property
    def saving(self) -> bool: ...


def leave_first(part: Part, screen: Screen, do: Callable[[], None]) -> None:
    """Call `do`, which leaves a part, after a question where something would be lost; not while it is being saved."""
    if part.saving:
        screen.tell(translate("staff", "One moment: this is not finished yet."), fault=False)
        return
    if part.unsaved is None:
        do()
        return
    if part.unsaved is Unsaved.ENROLMENT:
        question, detail = translate("staff", "Discard this enrolment?"), translate("staff", "It has not been saved.")
        keep = translate("staff", "Continue the enrolment")
    else:
        question, detail = translate("staff", "Discard the changes?"), translate("staff", "They have not been saved.")
        keep = translate("staff", "Keep editing")
    screen.ask(question, detail, [(translate("staff", "Discard"), do), (keep, lambda: None)], danger=True)


def warning(unsaved: Unsaved | None) -> str:
    """Return what will be discarded, in a sentence; "" = nothing."""
    if unsaved is None:
        return ""
    if unsaved is Unsaved.ENROLMENT:
        return translate("staff", "The enrolment is not saved and will be discarded.")
    return translate("staff", "The changes are not saved and will be discarded.")
