"""What is wrong with the file in which people are known, in words."""

import os
import sqlite3
from pathlib import Path

from kiosk.errors import PeopleError
from kiosk.words import translate


def unusable(path: Path, error: sqlite3.Error | OSError | ValueError) -> PeopleError:
    """The fault to raise: the reason, and what to do about it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    damaged = isinstance(error, ValueError) or type(error) is sqlite3.DatabaseError
    if damaged:
        remedy = translate("faults", "move the file away: the kiosk starts a new one, in which nobody is suspended")
    elif code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        remedy = translate("faults", "end the other program that keeps it locked")
    elif code == sqlite3.SQLITE_FULL:
        remedy = translate("faults", "free space on its disk")
    else:
        remedy = translate("faults", "check that its folder exists, may be written and has space")
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    return PeopleError(
        path,
        translate("faults", "what is known of people cannot be used: {reason}").format(reason=reason),
        remedy,
    )
