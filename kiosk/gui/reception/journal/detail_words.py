"""What stands beside an action in the journal, in the words of the screen's language."""

import re
from collections.abc import Callable

from kiosk.i18n import translate
from kiosk.people.staff import Role
from kiosk.store.journal import Action

_PICTURES = re.compile(r"(\d+) pictures")
_GALLERY = re.compile(r"(\d+) people, (\d+) pictures")
_NUMBER = re.compile(r"(\d+)")
_STAFF = {Action.STAFF_ADDED.value, Action.STAFF_REMOVED.value, Action.STAFF_RESET.value}


def detail_in_words(action: str, detail: str) -> str:
    """The detail as people read it; as it is where it is no word of ours, such as a name."""
    say = _sayings().get(action, _pictures)
    return say(detail) or detail


def _sayings() -> dict[str, Callable[[str], str]]:
    """By action; each says "" for what it does not know."""
    staff: dict[str, Callable[[str], str]] = dict.fromkeys(_STAFF, _role)
    return staff | {Action.CHANGED.value: _fields, Action.VISITOR_DISMISSED.value: _visitors}


def _pictures(detail: str) -> str:
    gallery = _GALLERY.fullmatch(detail)
    if gallery:
        people = translate("journal", "%n people", "", int(gallery[1]))
        return f"{people}, {_count_of_pictures(int(gallery[2]))}"
    pictures = _PICTURES.fullmatch(detail)
    return _count_of_pictures(int(pictures[1])) if pictures else ""


def _count_of_pictures(count: int) -> str:
    return translate("journal", "%n pictures", "", count)


def _visitors(detail: str) -> str:
    number = _NUMBER.fullmatch(detail)
    return translate("journal", "%n faces", "", int(number[1])) if number else ""


def _role(detail: str) -> str:
    return {
        Role.RECEPTION.value: translate("journal", "role: reception"),
        Role.INSTALLER.value: translate("journal", "role: installer"),
    }.get(detail, "")


def _fields(detail: str) -> str:
    words = {
        "shown": translate("journal", "shown name"),
        "spoken": translate("journal", "spoken name"),
        "staff_number": translate("journal", "staff number"),
        "card_id": translate("journal", "card id"),
        "email": translate("journal", "e-mail"),
        "valid_from": translate("journal", "valid from"),
        "valid_until": translate("journal", "valid until"),
        "group": translate("journal", "group"),
        "consent": translate("journal", "consent"),
    }
    return ", ".join(words.get(name, name) for name in detail.split(", "))
