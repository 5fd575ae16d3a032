"""A server on loopback that behaves as it is told, well or badly."""

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from kiosk.weights.catalogue import CatalogueEntry

Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """What is told to it by path, and what it was asked."""

    url: str
    behaviours: dict[str, list[Behaviour]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  # paths
    closing: threading.Event = field(default_factory=threading.Event)

    def will(self, path: str, *behaviours: Behaviour) -> str:
        """The address that answers so: the first time with the first behaviour, in the end always with the last."""
        self.behaviours[path] = list(behaviours)
        return path if path.startswith("http") else self.url + path

    def next(self, path: str) -> Behaviour:
        behaviours = self.behaviours[path]
        return behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]

    def stall(self, _: BaseHTTPRequestHandler) -> None:
        """Nothing more, for as long as the test lasts."""
        self.closing.wait(30)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as listening:
        listening.daemon_threads = True
        told = Server(f"http://127.0.0.1:{listening.server_port}")
        listening.told = told
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield told
        told.closing.set()
        listening.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        told: Server = self.server.told
        told.asked.append(self.path)
        self.close_connection = True
        with contextlib.suppress(ConnectionError):  # the client has heard enough
            told.next(self.path)(self)

    def do_CONNECT(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


def answering(status: int, body: bytes = b"", **headers: object) -> Behaviour:
    """A whole answer; headers as Content_Length=3, None to leave one out."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        told = {"Content_Length": len(body), "Connection": "close"} | headers
        for name, value in told.items():
            if value is not None:
                handler.send_header(name.replace("_", "-"), str(value))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def in_turn(*behaviours: Behaviour) -> Behaviour:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        for behaviour in behaviours:
            behaviour(handler)

    return answer


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> Behaviour:
    """A body without a length."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end
    return answering(200, body, Content_Length=None, Transfer_Encoding="chunked")


@pytest.fixture
def behave() -> SimpleNamespace:
    """What a server can be told to do."""
    return SimpleNamespace(answering=answering, in_turn=in_turn, chunked=chunked)


@pytest.fixture
def content() -> bytes:
    """300 kB without a pattern that would hide a shift."""
    return b"".join(hashlib.sha256(b"%d" % block).digest() for block in range(9600))


@pytest.fixture
def entry(content: bytes) -> CatalogueEntry:
    """The catalogue's entry of `content`, its address still to be told."""
    return CatalogueEntry(
        name="small",
        kind="encoder",
        file="small.onnx",
        url="http://127.0.0.1:1/small.onnx",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        licence="MIT",
        note="Made for this test.",
    )
