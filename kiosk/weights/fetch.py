"""<file>.part: what a download has brought so far, held by one process at a time."""

import errno
import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import urljoin, urlsplit

import requests

from kiosk.errors import WeightsError
from kiosk.weights.catalogue import CatalogueEntry
from kiosk.weights.manifest import FileState, file_state, holds

SUFFIX = ".part"


@contextmanager
def held_part(path: Path) -> Iterator[BinaryIO]:
    """The part of the file `path`, made where there is none, open for reading and writing, locked, unbuffered.

    A part that is empty in the end is taken away. The lock lies on the part itself and ends with the process, so that
    a crash leaves no stale one behind.

    Raises WeightsError where another process holds it, OSError where it cannot be opened.
    """
    part = part_of(path)
    while True:
        # A link in its place could lead the download over another file.
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        with os.fdopen(descriptor, "r+b", buffering=0) as opened:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise WeightsError(path, "is being fetched by another process", "wait until it is done") from error
            if not _still_there(descriptor, part):
                continue
            try:
                yield opened
            finally:
                if _still_there(descriptor, part) and not os.fstat(descriptor).st_size:
                    part.unlink()
            return


def part_of(path: Path) -> Path:
    """Where the part of the file `path` lies."""
    return path.with_name(path.name + SUFFIX)


def _still_there(descriptor: int, part: Path) -> bool:
    """Whether the part that was opened still has its name: its last holder may have finished meanwhile."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(part, follow_symlinks=False))  # noqa: PTH116  (no Path)
    except FileNotFoundError:
        return False


_PIECE_BYTES: Final = 1 << 12  # what is lost, at most, where a connection breaks off
_MOST_REDIRECTS: Final = 5
_HEAD_BYTES: Final = 256
_TO_RESUME: Final = "run the command again: it goes on where it stopped"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a server may keep one waiting."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0  # between two pieces


@dataclass(frozen=True, slots=True)
class Download:
    """The file from byte `start` on."""

    start: int
    pieces: Iterator[bytes]
    ended_by_server: bool  # an end comes only where the server means it; else a lost connection looks the same


@contextmanager
def download(url: str, start: int, size: int, timeouts: Timeouts) -> Iterator[Download]:
    """A file of `size` bytes from byte `start` on, or from 0 where the server cannot go on there.

    Raises WeightsError where it does not come or another file is announced, here and while the pieces are read.
    """
    with requests.Session() as session:
        response = _answer(session, url, start, timeouts)
        if start and not _goes_on(response, start, size):
            start = 0
            if response.status_code in {206, 416}:
                response.close()
                response = _answer(session, url, 0, timeouts)
        with response, _reading(url, timeouts):
            _check_status(url, response)
            pieces = response.iter_content(_PIECE_BYTES)
            _check_announced(url, response, size - start)
            yield Download(start, pieces, response.headers.get("Transfer-Encoding", "").lower() == "chunked")


def what_it_is(head: bytes) -> str | None:
    """What the first bytes of a wrong file show it to be, where they do."""
    if head.startswith(b"version https://git-lfs."):
        return "a Git LFS pointer instead of the file it points to"
    if head.lstrip()[:1] == b"<":
        return "a web page instead of the file (of a network that wants a login?)"
    return None


def _answer(session: requests.Session, url: str, start: int, timeouts: Timeouts) -> requests.Response:
    """The answer at the end of all redirects, its body not read yet."""
    # Without `identity` a server may pack the body, whose bytes could not be counted or continued.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    waits = (timeouts.connect_seconds, timeouts.read_seconds)
    at = url
    for _ in range(_MOST_REDIRECTS + 1):
        with _reaching(at, timeouts):
            response = session.get(at, headers=headers, stream=True, allow_redirects=False, timeout=waits)
            target = session.get_redirect_target(response)
            if target is None:
                return response
            response.close()
            at = _redirected(url, at, target)
    raise WeightsError(url, f"redirects more than {_MOST_REDIRECTS} times", "try again later")


def _redirected(url: str, at: str, target: str) -> str:
    """Where a redirect leads; raises WeightsError where that is not the web, or less protected."""
    after = urljoin(at, target)
    scheme = urlsplit(after).scheme
    if scheme != "https" and (scheme != "http" or urlsplit(at).scheme == "https"):
        raise WeightsError(url, f"redirects to {scheme}:, which is not followed", "look at it in a browser")
    return after


def _goes_on(response: requests.Response, start: int, size: int) -> bool:
    """Whether the answer is the rest of the file from `start` on."""
    found = re.fullmatch(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)", response.headers.get("Content-Range", ""))
    if response.status_code != 206 or found is None:
        return False
    return int(found[1]) == start and int(found[2]) == size - 1 and found[3] in {str(size), "*"}


def _check_status(url: str, response: requests.Response) -> None:
    status = response.status_code
    if status in {200, 206}:
        return
    reason, remedy = f"cannot be had (the server answers {status})", "try again later"
    if status in {404, 410}:
        reason, remedy = f"is not there (the server answers {status})", "look for a newer kiosk"
    elif status in {401, 403}:
        reason, remedy = f"is refused (the server answers {status})", "ask who runs the network whether it is blocked"
    elif status == 407:
        reason, remedy = "the proxy wants a name and a password (407)", "set HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT"
    raise WeightsError(url, reason, remedy)


def _check_announced(url: str, response: requests.Response, wanted: int) -> None:
    """Raises WeightsError where the answer's head already tells that the file does not follow."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise WeightsError(url, "comes packed, which was not asked for", "try again later")
    announced = response.headers.get("Content-Length", "")
    if re.fullmatch("[0-9]{1,15}", announced) and int(announced) != wanted:
        shown = what_it_is(next(response.iter_content(_HEAD_BYTES), b""))
        reason = f"is {shown}" if shown else f"has {announced} bytes to come instead of {wanted}"
        raise WeightsError(url, reason, "look for a newer kiosk")


@contextmanager
def _reaching(asked: str, timeouts: Timeouts) -> Iterator[None]:
    url = asked.partition("?")[0]  # behind it redirects carry keys
    try:
        yield
    except requests.exceptions.ProxyError as error:
        reason, remedy = f"the proxy does not let it through: {_cause(error)}", "check HTTPS_PROXY and NO_PROXY"
        raise WeightsError(url, reason, remedy) from error
    except requests.exceptions.SSLError as error:
        remedy = "check the clock, and REQUESTS_CA_BUNDLE where a proxy opens what is encrypted"
        raise WeightsError(url, f"no secure connection comes about: {_cause(error)}", remedy) from error
    except requests.exceptions.ConnectTimeout as error:
        reason = f"nothing answers within {timeouts.connect_seconds:g} s"
        raise WeightsError(url, reason, "check the network") from error
    except requests.exceptions.ReadTimeout as error:
        reason = f"the server says nothing for {timeouts.read_seconds:g} s"
        raise WeightsError(url, reason, "try again later") from error
    except requests.exceptions.ConnectionError as error:
        reason, remedy = (
            f"cannot be reached: {_cause(error)}",
            "check the network, and HTTPS_PROXY where it has a proxy",
        )
        raise WeightsError(url, reason, remedy) from error
    except (requests.RequestException, ValueError) as error:
        raise WeightsError(url, f"cannot be asked for: {_cause(error)}", "check HTTPS_PROXY and NO_PROXY") from error


@contextmanager
def _reading(url: str, timeouts: Timeouts) -> Iterator[None]:
    try:
        yield
    except requests.RequestException as error:
        stalled = "timed out" in str(error)
        reason = f"nothing came for {timeouts.read_seconds:g} s" if stalled else f"broke off: {_cause(error)}"
        raise WeightsError(url, reason, _TO_RESUME) from error


def _cause(error: BaseException) -> str:
    """What lies at the bottom, in the words of the system where it has some."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


Progress = Callable[[int, int], None]  # bytes there, bytes in all
_NEWER: Final = "look for a newer kiosk"
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def fetch(entry: CatalogueEntry, folder: Path, progress: Progress, timeouts: Timeouts | None = None) -> bool:
    """Download the file of an entry into `folder`; False where it is there already.

    What has come lies in <file>.part. A broken connection, a stalled server and Ctrl-C leave that part, and the next
    fetch goes on behind it; after wrong content and on a full disk it is deleted. It needs no validator of the server:
    the hash of the whole decides, and where a continued part does not have it, the download starts over once.

    Raises WeightsError.
    """
    path = folder / entry.file
    try:
        if path.is_dir():
            raise WeightsError(path, "is a folder", "move it away")
        if _is_there(entry, path):
            return False
        with _made(folder), held_part(path) as part:
            # Another process may have brought it since the first look.
            if _is_there(entry, path):
                return False
            _fill(entry, part, progress, timeouts or Timeouts())
            _install(part, path)
    except OSError as error:
        raise _disk_fault(path, entry.size, error) from error
    return True


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """The folder and those above it are made, and taken away again where nothing has come into them."""
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for each in made:
            with suppress(OSError):
                each.rmdir()


def _is_there(entry: CatalogueEntry, path: Path) -> bool:
    return file_state(path, entry.size, entry.sha256) is FileState.INTACT


def _fill(entry: CatalogueEntry, part: BinaryIO, progress: Progress, timeouts: Timeouts) -> None:
    """Complete the part; it is emptied where it turns out to hold anything else than the file's beginning."""
    try:
        while True:
            kept = part.seek(0, os.SEEK_END)
            if kept < entry.size:
                with download(entry.url, kept, entry.size, timeouts) as coming:
                    _append(entry, part, coming, progress)
            if holds(part, entry.size, entry.sha256):
                return
            part.truncate(0)
            if not kept:
                raise WeightsError(entry.url, "is another file: its SHA-256 is not the one expected", _NEWER)
    except OSError:
        part.truncate(0)
        raise


def _append(entry: CatalogueEntry, part: BinaryIO, coming: Download, progress: Progress) -> None:
    part.truncate(coming.start)
    there = part.seek(coming.start)
    progress(there, entry.size)
    for piece in coming.pieces:
        there += len(piece)
        if there > entry.size:
            part.truncate(0)
            raise WeightsError(entry.url, f"has more than {entry.size} bytes", _NEWER)
        _write(part, piece)
        progress(there, entry.size)
    if there < entry.size:
        raise _too_short(entry, part, there, coming)


def _write(part: BinaryIO, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:  # an unbuffered file takes less than all of it where the disk is about to be full
        rest = rest[part.write(rest) :]


def _too_short(entry: CatalogueEntry, part: BinaryIO, there: int, coming: Download) -> WeightsError:
    part.seek(0)
    shown = what_it_is(part.read(_HEAD_BYTES))
    if shown or coming.ended_by_server:
        reason = f"is {shown}" if shown else f"has {there} bytes instead of {entry.size}"
        part.truncate(0)
        return WeightsError(entry.url, reason, _NEWER)
    reason = f"broke off after {there} of {entry.size} bytes"
    return WeightsError(entry.url, reason, "run the command again: it goes on where it stopped")


def _install(part: BinaryIO, path: Path) -> None:
    """Give the part its name, in an order that a power cut cannot turn round."""
    os.fsync(part.fileno())
    part_of(path).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _disk_fault(path: Path, size: int, error: OSError) -> WeightsError:
    if error.errno in _NO_ROOM:
        return WeightsError(path, f"finds no room for its {size} bytes: {error.strerror}", "make room on the disk")
    if isinstance(error, FileExistsError | NotADirectoryError):
        return WeightsError(path.parent, "is no folder", "move it away, or name another as `weights` in config.yaml")
    remedy = "check its folder, or name another as `weights` in config.yaml"
    return WeightsError(path, f"cannot be written: {error.strerror}", remedy)
