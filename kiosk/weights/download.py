"""One file over HTTP as a stream of bytes, and all that can go wrong on the way, in words.

Redirects are followed by hand, so that none leads from https to http or to anything else. Proxies are taken from the
environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY), certificates from REQUESTS_CA_BUNDLE where it is set.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests

from kiosk.errors import WeightsError

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
