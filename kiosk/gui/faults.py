"""Exceptions as the screen and the log tell them."""

import logging

from kiosk.errors import KioskError

_log = logging.getLogger(__name__)


def in_one_line(error: BaseException) -> str:
    """What the screen says about an exception."""
    text = str(error) if isinstance(error, KioskError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())


class FaultLog:
    """Logs an exception once, however often it comes in a row: thirty a second would fill the disk."""

    def __init__(self) -> None:
        self._last = ""

    def note(self, error: BaseException) -> str:
        """Log it; returns it in one line."""
        message = in_one_line(error)
        if message != self._last:
            self._last = message
            _log.error("%s", message, exc_info=error)
        return message
