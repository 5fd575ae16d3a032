"""What was found out about a part of the kiosk, and what to do about it."""

import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.errors import KioskError
from kiosk.i18n import translate

_log = logging.getLogger("kiosk.doctor")


class State(enum.Enum):
    """How serious a finding is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    Attributes:
        check: the part that was looked at, such as "camera"; the same in every language.
        message: what was found, in the language of the screen.
        remedy: what to do about it; empty where all is well.
        details: further lines for who wants to know exactly.
        public: what of it may be told to strangers, in English: no names, paths or addresses.
    """

    check: str
    state: State
    message: str
    remedy: str = ""
    details: tuple[str, ...] = ()
    public: str = ""


def examine(check: str, look: Callable[[], Finding]) -> Finding:
    """What `look` finds; a fault that it raises is a finding too."""
    try:
        return look()
    except KioskError as error:
        message = f"{error.thing}: {error.reason}"
        return Finding(check, State.FAULT, message, error.remedy, public=type(error).__name__)
    except Exception as error:
        _log.debug("unforeseen in %s", check, exc_info=True)
        remedy = translate("health", "run again with --debug and report it")
        return Finding(check, State.FAULT, f"{type(error).__name__}: {error}", remedy, public=type(error).__name__)


def of_fault(check: str, state: State, fault: str) -> Finding:
    """A finding from what a part says of itself, "thing: reason; remedy"."""
    message, _, remedy = fault.partition("; ")
    return Finding(check, state, message, remedy, public="says that something is wrong")
