"""Fetch a file of weights: through the proxy of the environment, with progress, checked by size and hash; remove it."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

import requests
from pooch import HTTPDownloader  # type: ignore[import-untyped]

from kiosk.errors import WeightsError, cause_of
from kiosk.files import atomic_write, clear_partials, folder_lock
from kiosk.i18n import Message
from kiosk.weights.catalogue import CatalogueEntry
from kiosk.weights.manifest import FileState, file_state

Progress = Callable[[int, int], None]  # bytes there, bytes in all

TIMEOUTS: Final = (10.0, 30.0)  # s; to connect, and between two pieces
_PIECE_BYTES: Final = 1 << 16
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NEWER: Final = "look for a newer kiosk"
_STATUSES: Final = {
    401: ("is refused (the server answers 401)", "ask who runs the network whether it is blocked"),
    403: ("is refused (the server answers 403)", "ask who runs the network whether it is blocked"),
    404: ("is not there (the server answers 404)", _NEWER),
    410: ("is not there (the server answers 410)", _NEWER),
    407: ("the proxy wants a name and a password (407)", "set HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT"),
}


def fetch(entry: CatalogueEntry, folder: Path, progress: Progress) -> bool:
    """Download the file of an entry into `folder`; return False where it is there already. Raises WeightsError."""
    path = folder / entry.file
    try:
        if path.is_dir():
            raise WeightsError(path, "is a folder", "move it away")
        if _is_there(entry, path):
            return False
        with _made(folder), folder_lock(folder, busy(folder)):
            if _is_there(entry, path):  # another process has brought it
                return False
            clear_partials(folder, path.suffix)
            atomic_write(path, lambda partial: _download(entry, partial, progress))
    except OSError as error:
        raise _disk_fault(path, entry.size, error) from error
    return True


def remove(entry: CatalogueEntry, folder: Path) -> Path:
    """Delete the file of an entry from `folder` and return its path; raises WeightsError where it cannot."""
    path = folder / entry.file
    try:
        with folder_lock(folder, busy(folder)):
            path.unlink()
    except FileNotFoundError:
        reason = Message("is not installed in {folder}", folder=folder)
        raise WeightsError(entry.name, reason, "see `kiosk weights list`") from None
    except OSError as error:
        reason = Message("cannot be removed: {cause}", cause=error.strerror)
        raise WeightsError(path, reason, "check the permissions of its folder") from error
    return path


def busy(folder: Path) -> WeightsError:
    """Return the fault to raise where another process fetches into a folder."""
    return WeightsError(folder, "another process is fetching a file into it", "wait until it is done")


def _is_there(entry: CatalogueEntry, path: Path) -> bool:
    return file_state(path, entry.size, entry.sha256) is FileState.INTACT


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Make the folder and those above it; remove them again where nothing has come into them."""
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for each in made:
            with suppress(OSError):
                each.rmdir()


class _Receiver:
    """Writes a download into a file, tells its progress, and refuses more bytes than the file has."""

    def __init__(self, file: BinaryIO, entry: CatalogueEntry, progress: Progress) -> None:
        self._file = file
        self._entry = entry
        self._progress = progress
        self._there = 0

    def write(self, piece: bytes) -> None:
        self._there += len(piece)
        if self._there > self._entry.size:
            raise WeightsError(self._entry.url, f"has more than {self._entry.size} bytes", _NEWER)
        self._file.write(piece)
        self._progress(self._there, self._entry.size)

    def flush(self) -> None:
        self._file.flush()


def _download(entry: CatalogueEntry, path: Path, progress: Progress) -> None:
    # Without `identity` a server may pack the body, whose bytes could not be counted.
    download = HTTPDownloader(chunk_size=_PIECE_BYTES, timeout=TIMEOUTS, headers={"Accept-Encoding": "identity"})
    try:
        with path.open("wb") as file:
            download(entry.url, _Receiver(file, entry, progress), None)
    except (requests.RequestException, ValueError) as error:
        raise _network_fault(entry.url, error) from error
    if not _is_there(entry, path):
        raise WeightsError(entry.url, _difference(entry, path), _NEWER)


def _difference(entry: CatalogueEntry, path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(256)
    if start.startswith(b"version https://git-lfs."):
        return "is a Git LFS pointer instead of the file it points to"
    if start.lstrip()[:1] == b"<":
        return "is a web page instead of the file (of a network that wants a login?)"
    size = path.stat().st_size
    if size != entry.size:
        return f"has {size} bytes instead of {entry.size}"
    return "is another file: its SHA-256 is not the one expected"


def _network_fault(address: str, error: Exception) -> WeightsError:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        status = error.response.status_code
        reason, remedy = _STATUSES.get(status, (f"cannot be had (the server answers {status})", "try again later"))
    elif isinstance(error, requests.exceptions.ProxyError):
        reason, remedy = f"the proxy does not let it through: {_cause(error)}", "check HTTPS_PROXY and NO_PROXY"
    elif isinstance(error, requests.exceptions.SSLError):
        reason = f"no secure connection comes about: {_cause(error)}"
        remedy = "check the clock, and REQUESTS_CA_BUNDLE where a proxy opens what is encrypted"
    elif isinstance(error, requests.Timeout):
        reason, remedy = "the server does not answer in time", "check the network, or try again later"
    elif isinstance(error, requests.exceptions.ChunkedEncodingError):
        reason, remedy = f"broke off: {_cause(error)}", "run the command again"
    elif isinstance(error, requests.ConnectionError):
        # A connection that times out between two pieces is reported as lost, too.
        reason = f"cannot be reached, or the connection was lost: {_cause(error)}"
        remedy = "check the network, and HTTPS_PROXY where it has a proxy"
    else:
        reason, remedy = f"cannot be asked for: {_cause(error)}", "check HTTPS_PROXY and NO_PROXY"
    return WeightsError(address, reason, remedy)


def _cause(error: BaseException) -> str:
    """Return the innermost reason, in the words of the system where it has some."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return cause_of(error)


def _disk_fault(path: Path, size: int, error: OSError) -> WeightsError:
    if error.errno in _NO_ROOM:
        return WeightsError(path, f"finds no room for its {size} bytes: {error.strerror}", "make room on the disk")
    if isinstance(error, FileExistsError | NotADirectoryError):
        return WeightsError(path.parent, "is no folder", "move it away, or name another as `weights` in config.yaml")
    remedy = "check its folder, or name another as `weights` in config.yaml"
    return WeightsError(path, f"cannot be written: {error.strerror}", remedy)
