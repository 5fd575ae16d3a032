"""Exceptions as the screen and the log tell them."""

import logging

from kiosk.errors import in_one_line

_log = logging.getLogger(__name__)


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
