"""The gallery: loads the image folder as templates, and keeps them up to date in a thread."""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain import Embedding, Template
from kiosk.errors import in_one_line
from kiosk.people.folder import ListedPicture, Listing, Stamp, list_folder
from kiosk.people.snapshot import GallerySnapshot, Skipped
from kiosk.people.staging import recover
from kiosk.people.templates import EncodePicture, PictureReader, Reading, TemplateCache

_log = logging.getLogger("kiosk.gallery")

# A file that changed this recently may change again without another time stamp: FAT counts in steps of 2 s.
_YOUNG_SECONDS = 2.0
_RETRY_SECONDS = 10.0
# A refresh ends after this long, so that deletions are in force while many pictures are read.
_REFRESH_SECONDS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """A picture's reading, valid while its stamp stays the same."""

    stamp: Stamp
    reading: Reading
    first_read_at: float  # s, monotonic, for this stamp
    read_again_at: float  # s, monotonic
    young: bool


class Gallery:
    """The people in the image folder, as templates of one encoder; a folder that cannot be read is an empty gallery.

    Call `load` and `refresh` in a background thread; any thread may read `snapshot`. `make_encode` is called once for
    each of the `workers` that has a picture to encode; `load` and `refresh` raise what it raises.
    """

    def __init__(
        self,
        folder: Path,
        make_encode: Callable[[], EncodePicture],
        encoder_name: str,
        version: str,
        cache_folder: Path,
        *,
        workers: int = 2,
    ) -> None:
        self.folder = folder
        self._encoder = encoder_name
        self._cache = TemplateCache(cache_folder, encoder_name, version)
        self._reader = PictureReader(make_encode, encoder_name, self._cache)
        self._workers = workers
        self._kept: dict[str, _Kept] = {}
        self._listing: Listing | None = None  # the one that the snapshot shows
        self.snapshot = GallerySnapshot(encoder_name)  # the templates in force
        self._digests: dict[str, tuple[Stamp, str]] = {}
        self._closed = threading.Event()
        self._guard = threading.Lock()

    def load(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Read the whole folder; call `progress(done, total)` in this thread."""
        with self._guard:
            recover(self.folder)
            listing = list_folder(self.folder)
            self._forget_changed(listing)
            self._recall(listing)
            self._read_due(listing, math.inf, progress)
            self._publish(listing)
            self._remember_digests(listing)
            self._cache.drop_unused()

    def refresh(self) -> bool:
        """Read changes, deletions first, for about a second; return whether the templates in force changed."""
        with self._guard:
            before = self.snapshot
            listing = list_folder(self.folder)
            if listing != self._listing:
                recover(self.folder)  # a change that was killed may have left a person aside
                listing = list_folder(self.folder)
            elif not self._due(listing):
                return False
            self._forget_changed(listing)
            self._publish(listing)
            if self._read_due(listing, time.monotonic() + _REFRESH_SECONDS):
                self._publish(listing)
            # Also if nothing was read: the name of an erased person must not stay in the index.
            self._remember_digests(listing)
            return _in_force(before) != _in_force(self.snapshot)

    def close(self) -> None:
        """End a load or refresh in another thread after the pictures in hand."""
        self._closed.set()

    def _forget_changed(self, listing: Listing) -> None:
        stamps = {picture.source: picture.stamp for picture in listing.pictures}
        self._kept = {source: kept for source, kept in self._kept.items() if stamps.get(source) == kept.stamp}

    def _recall(self, listing: Listing) -> None:
        self._digests = self._cache.known_digests(self.folder)
        for picture in listing.pictures:
            stamp, digest = self._digests.get(picture.source, (None, ""))
            reading = self._reader.recall(digest) if stamp == picture.stamp else None
            if reading and picture.source not in self._kept:
                self._kept[picture.source] = _Kept(picture.stamp, reading, -math.inf, math.inf, young=False)

    def _due(self, listing: Listing) -> list[ListedPicture]:
        """Return new pictures, then those to try again."""
        now = time.monotonic()
        at = {source: kept.read_again_at for source, kept in self._kept.items()}
        due = [picture for picture in listing.pictures if at.get(picture.source, now) <= now]
        return sorted(due, key=lambda picture: picture.source in at)

    def _read_due(self, listing: Listing, until: float, progress: Callable[[int, int], None] | None = None) -> bool:
        """Read due pictures; return whether there were any."""
        due, total = self._due(listing), len(listing.pictures)
        before = total - len(due)
        progress = progress or (lambda done, total: None)
        progress(before, total)
        for done, (picture, reading) in enumerate(self._readings(due, until), before + 1):
            self._keep(picture, reading)
            progress(done, total)
        return bool(due)

    def _readings(self, due: Sequence[ListedPicture], until: float) -> Iterator[tuple[ListedPicture, Reading]]:
        """Yield readings as they come; start none after `until` or when closed."""

        def read(picture: ListedPicture) -> Reading | None:
            if time.monotonic() >= until or self._closed.is_set():
                return None
            kept = self._kept.get(picture.source)
            return self._reader.read(picture, kept.reading if kept else None)

        pool = ThreadPoolExecutor(self._workers, thread_name_prefix="gallery")
        try:
            pictures = {pool.submit(read, picture): picture for picture in due}
            for future in as_completed(pictures):
                reading = future.result()
                if reading is not None:
                    yield pictures[future], reading
        finally:
            pool.shutdown(cancel_futures=True)

    def _keep(self, picture: ListedPicture, reading: Reading) -> None:
        now = time.monotonic()
        earlier = self._kept.get(picture.source)
        first_read_at = earlier.first_read_at if earlier else now
        # Our own clock too: that of a file server may be wrong, and then a file would be young for ever.
        young = time.time() - picture.stamp.changed_at < _YOUNG_SECONDS and now - first_read_at < _YOUNG_SECONDS
        if young:
            wait_seconds = _YOUNG_SECONDS if isinstance(reading.outcome, Embedding) else 0.0
        else:
            wait_seconds = _RETRY_SECONDS if reading.passing else math.inf
        self._kept[picture.source] = _Kept(picture.stamp, reading, first_read_at, now + wait_seconds, young)

    def _publish(self, listing: Listing) -> None:
        templates: list[Template] = []
        skipped = list(listing.skipped)
        for picture in listing.pictures:
            kept = self._kept.get(picture.source)
            if kept is None:
                continue
            if isinstance(kept.reading.outcome, Embedding):
                templates.append(Template(picture.person, kept.reading.outcome, picture.source))
            else:
                skipped.append(Skipped(picture.source, kept.reading.outcome, settling=kept.young))
        snapshot = GallerySnapshot(self._encoder, tuple(templates), tuple(sorted(skipped, key=lambda one: one.source)))
        if _in_force(snapshot) != _in_force(self.snapshot) or snapshot.skipped != self.snapshot.skipped:
            self.snapshot = snapshot
        self._listing = listing

    def _remember_digests(self, listing: Listing) -> None:
        digests = {}
        for picture in listing.pictures:
            kept = self._kept.get(picture.source)
            if kept and kept.reading.digest and not kept.young:
                digests[picture.source] = (kept.stamp, kept.reading.digest)
        if digests != self._digests:
            self._cache.remember_digests(self.folder, digests)
            self._digests = digests


def _in_force(snapshot: GallerySnapshot) -> list[tuple[str, str, bytes]]:
    """Return the content of a snapshot, to compare two."""
    return [(one.person, one.source, one.embedding.vector.tobytes()) for one in snapshot.templates]


class GalleryWatch:
    """A thread that refreshes the gallery; `fault` = why the last refresh failed."""

    def __init__(self, gallery: Gallery, every_seconds: float = 0.5) -> None:
        self.fault: str | None = None
        self._gallery = gallery
        self._every_seconds = every_seconds
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gallery watch", daemon=True)
        self._thread.start()

    @property
    def snapshot(self) -> GallerySnapshot:
        """The templates in force."""
        return self._gallery.snapshot

    def close(self) -> None:
        """End the thread after the picture in hand, within a second."""
        self._closed.set()
        self._gallery.close()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._closed.wait(self._every_seconds):
            try:
                self._gallery.refresh()
                self.fault = None
            except Exception as error:
                fault = in_one_line(error)
                if fault != self.fault:
                    _log.exception("the gallery could not be looked through")
                self.fault = fault
