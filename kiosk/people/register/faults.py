"""What is wrong with the file in which people are known, in words."""

import os
import sqlite3
from pathlib import Path

from kiosk.errors import PeopleError
from kiosk.i18n import translate
from kiosk.store.sqlite_file import remedy_for


def unusable(path: Path, error: sqlite3.Error | OSError | ValueError) -> PeopleError:
    """The fault to raise: the reason, and what to do about it."""
    damaged = translate("faults", "move the file away: the kiosk starts a new one, in which nobody is suspended")
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    return PeopleError(
        path,
        translate("faults", "what is known of people cannot be used: {reason}").format(reason=reason),
        remedy_for(error, damaged),
    )
