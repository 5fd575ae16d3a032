"""Keeps a gallery in force in the background, so that nobody waits at the door while a picture is read."""

import logging
import threading

from kiosk.errors import in_one_line
from kiosk.people.gallery.gallery import Gallery
from kiosk.people.gallery.snapshot import GallerySnapshot

_log = logging.getLogger("kiosk.gallery")


class GalleryWatch:
    """A thread that looks at the image folder again and again.

    Attributes:
        fault: why the last look failed; None where it did not.
    """

    def __init__(self, gallery: Gallery, every_seconds: float = 0.5) -> None:
        self.fault: str | None = None
        self._gallery = gallery
        self._every_seconds = every_seconds
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gallery watch", daemon=True)
        self._thread.start()

    @property
    def snapshot(self) -> GallerySnapshot:
        """Who is in force now."""
        return self._gallery.snapshot

    def close(self) -> None:
        """Ends the thread after the picture it has in hand, within a second."""
        self._closed.set()
        self._gallery.close()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._closed.wait(self._every_seconds):
            try:
                self._gallery.refresh()
            except Exception as error:
                self._tell(in_one_line(error))
            else:
                self.fault = None

    def _tell(self, fault: str) -> None:
        if fault != self.fault:
            _log.exception("the gallery could not be looked through")
        self.fault = fault
