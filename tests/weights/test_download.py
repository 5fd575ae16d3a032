import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from kiosk.errors import WeightsError
from kiosk.weights.fetch import Timeouts, download, what_it_is

SOON = Timeouts(connect_seconds=20, read_seconds=20)
HASTY = Timeouts(connect_seconds=0.3, read_seconds=20)  # for a host that takes no connection
STALLED = Timeouts(connect_seconds=20, read_seconds=2)  # long enough for what does come
FILE = b"0123456789"


def loaded(url: str, start: int = 0, timeouts: Timeouts = SOON) -> tuple[int, bytes]:
    with download(url, start, len(FILE), timeouts) as coming:
        return coming.start, b"".join(coming.pieces)


def told(url: str, start: int = 0, timeouts: Timeouts = SOON) -> str:
    """The fault that is raised, in one line."""
    with pytest.raises(WeightsError) as raised:
        loaded(url, start, timeouts)
    return str(raised.value)


def test_a_file_comes_whole(server, behave) -> None:
    assert loaded(server.will("/f", behave.answering(200, FILE))) == (0, FILE)
    assert server.asked == [("/f", None)]


def test_a_file_comes_from_where_the_last_download_stopped(server, behave) -> None:
    assert loaded(server.will("/f", behave.with_ranges(FILE)), start=4) == (4, FILE[4:])
    assert server.asked == [("/f", "bytes=4-")]


def test_a_server_that_knows_no_ranges_sends_it_from_the_start(server, behave) -> None:
    assert loaded(server.will("/f", behave.answering(200, FILE)), start=4) == (0, FILE)
    assert len(server.asked) == 1


def test_a_range_that_cannot_be_had_is_followed_by_the_whole(server, behave) -> None:
    url = server.will("/f", behave.answering(416, b"no"), behave.answering(200, FILE))
    assert loaded(url, start=4) == (0, FILE)
    assert server.asked == [("/f", "bytes=4-"), ("/f", None)]


def test_a_range_that_can_never_be_had_is_a_fault_after_two_questions(server, behave) -> None:
    assert "the server answers 416" in told(server.will("/f", behave.answering(416)), start=4)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "where",
    [None, "bytes 3-9/10", "bytes 4-8/10", "bytes 4-9/11", "bytes */10", "lines 4-9/10", "bytes 4-9/" + "9" * 99],
)
def test_another_range_than_the_one_asked_for_is_not_used(server, behave, where: str | None) -> None:
    url = server.will("/f", behave.answering(206, FILE[4:], Content_Range=where), behave.answering(200, FILE))
    assert loaded(url, start=4) == (0, FILE)


def test_a_range_of_a_file_of_untold_length_is_used(server, behave) -> None:
    url = server.will("/f", behave.answering(206, FILE[4:], Content_Range="bytes 4-9/*"))
    assert loaded(url, start=4) == (4, FILE[4:])


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, "is not there (the server answers 404)"),
        (410, "is not there (the server answers 410)"),
        (401, "is refused (the server answers 401)"),
        (403, "is refused (the server answers 403)"),
        (407, "the proxy wants a name and a password (407); set HTTPS_PROXY"),
        (429, "cannot be had (the server answers 429); try again later"),
        (500, "cannot be had (the server answers 500); try again later"),
        (503, "cannot be had (the server answers 503); try again later"),
        (204, "cannot be had (the server answers 204)"),
    ],
)
def test_a_server_that_does_not_give_it_is_told(server, behave, status: int, reason: str) -> None:
    assert reason in told(server.will("/f", behave.answering(status)))


# Other content ---------------------------------------------------------------------------------------------------


def test_another_length_is_refused_before_it_comes(server, behave) -> None:
    for body in (FILE[:3], FILE * 2, b""):
        fault = told(server.will("/f", behave.answering(200, body)))
        assert f"has {len(body)} bytes to come instead of 10" in fault


def test_a_rest_of_another_length_is_refused(server, behave) -> None:
    url = server.will("/f", behave.answering(206, FILE, Content_Range="bytes 4-9/10"))
    assert "has 10 bytes to come instead of 6" in told(url, start=4)


def test_a_git_lfs_pointer_is_named(server, behave) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 38696353\n"
    fault = told(server.will("/f", behave.answering(200, pointer)))
    assert "is a Git LFS pointer instead of the file" in fault


def test_the_page_of_a_network_that_wants_a_login_is_named(server, behave) -> None:
    fault = told(server.will("/f", behave.answering(200, b"\n<!doctype html><title>Hotel")))
    assert "is a web page instead of the file" in fault


def test_a_packed_answer_is_not_unpacked(server, behave) -> None:
    url = server.will("/f", behave.answering(200, b"\x1f\x8b", Content_Encoding="gzip"))
    assert "comes packed" in told(url)
    assert server.headers[0]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("length", ["ten", "-1", "1e1", "٣", "9" * 5000])
def test_a_length_that_is_no_number_is_not_believed(server, behave, length: str) -> None:
    url = server.will("/f", behave.answering(200, FILE, Content_Length=length.encode().decode("latin-1")))
    assert loaded(url) == (0, FILE)


def test_a_body_without_length_comes_whole_and_tells_whether_its_end_is_meant(server, behave) -> None:
    with download(server.will("/c", behave.chunked(FILE[:4], FILE[4:])), 0, 10, SOON) as coming:
        assert (b"".join(coming.pieces), coming.ended_by_server) == (FILE, True)
    with download(server.will("/f", behave.answering(200, FILE, Content_Length=None)), 0, 10, SOON) as coming:
        assert (b"".join(coming.pieces), coming.ended_by_server) == (FILE, False)


@pytest.mark.parametrize("head", [b"", b"\x08\x07\x12\x07pytorch", b"version 1"])
def test_other_first_bytes_show_nothing(head: bytes) -> None:
    assert what_it_is(head) is None


# Broken connections ----------------------------------------------------------------------------------------------


def test_a_connection_that_breaks_off_gives_first_what_came(server, behave) -> None:
    half, came = FILE * 1000, bytearray()
    url = server.will("/f", behave.answering(200, half, Content_Length=2 * len(half)))

    def load() -> None:
        with download(url, 0, 2 * len(half), SOON) as coming:
            for piece in coming.pieces:
                came.extend(piece)

    with pytest.raises(WeightsError, match=r"broke off: .*; run the command again: it goes on"):
        load()
    assert half.startswith(came)
    assert len(came) > len(half) // 2


def test_a_chunk_that_is_none_is_a_broken_connection(server, behave) -> None:
    for broken in (behave.chunked(FILE[:4], end=b""), behave.chunked(FILE[:4], end=b"zzz\r\n")):
        assert "broke off" in told(server.will("/f", broken))


def test_a_body_that_stalls_is_given_up(server, behave) -> None:
    url = server.will("/f", behave.in_turn(behave.answering(200, FILE[:4], Content_Length=10), server.stall))
    assert "nothing came for 2 s; run the command again: it goes on" in told(url, timeouts=STALLED)


def test_a_server_that_never_answers_is_given_up(server) -> None:
    assert "the server says nothing for 2 s" in told(server.will("/f", server.stall), timeouts=STALLED)


def test_a_host_that_takes_no_connection_is_given_up() -> None:
    with socket.socket() as listening, socket.socket() as first, socket.socket() as second:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for waiting in (first, second):  # they fill the queue, so that the next one is left without an answer
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/f"
        assert "nothing answers within 0.3 s; check the network" in told(url, timeouts=HASTY)


def test_a_port_where_nobody_listens_is_told() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert "cannot be reached: Connection refused; check the network" in told(f"http://127.0.0.1:{port}/f")


def test_a_name_that_nobody_knows_is_told() -> None:
    fault = told("https://weights.invalid/f")
    assert fault.startswith("https://weights.invalid/f: cannot be reached: ")
    assert "Max retries" not in fault


def test_an_answer_that_is_no_http_is_told(server) -> None:
    def noise(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"220 mail.example.org ESMTP\r\n")

    assert "cannot be reached" in told(server.will("/f", noise))


def test_a_connection_closed_without_a_word_is_told(server) -> None:
    assert "cannot be reached: Remote end closed" in told(server.will("/f", lambda _: None))


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://a..b/", "http://127.0.0.1:99999/", "http://\x00/"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    assert "cannot be" in told(url)


# Redirects -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_asked_for_the_same_range(server, behave, status: int) -> None:
    server.will("/there/f", behave.with_ranges(FILE))
    url = server.will("/f", behave.answering(status, Location="there/f"))
    assert loaded(url, start=4) == (4, FILE[4:])
    assert server.asked == [("/f", "bytes=4-"), ("/there/f", "bytes=4-")]


def test_a_redirect_that_leads_nowhere_is_told_without_its_keys(server, behave) -> None:
    fault = told(server.will("/f", behave.answering(302, Location="http://127.0.0.1:1/g?key=secret")))
    assert fault.startswith("http://127.0.0.1:1/g: cannot be reached: Connection refused")


@pytest.mark.parametrize("target", ["http://[::1", "//[", "http://127.0.0.1:99999/f", "\xff"])
def test_a_redirect_that_is_no_address_is_told(server, behave, target: str) -> None:
    server.will("/%FF", behave.answering(404))
    assert told(server.will("/f", behave.answering(302, Location=target))).startswith("http://")


def test_redirects_in_a_circle_come_to_an_end(server, behave) -> None:
    server.will("/b", behave.answering(302, Location="/a"))
    assert "redirects more than 5 times" in told(server.will("/a", behave.answering(302, Location="/b")))
    assert len(server.asked) == 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/f", "javascript:1", "data:,0123456789"])
def test_a_redirect_away_from_the_web_is_not_followed(server, behave, target: str) -> None:
    fault = told(server.will("/f", behave.answering(302, Location=target)))
    assert f"redirects to {target.split(':', maxsplit=1)[0]}:, which is not followed" in fault


# Proxies ---------------------------------------------------------------------------------------------------------


def test_the_proxy_of_the_environment_is_used(server, behave, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    url = server.will("http://weights.invalid/f", behave.answering(200, FILE))
    assert loaded(url) == (0, FILE)
    assert server.asked == [("http://weights.invalid/f", None)]


def test_hosts_without_proxy_are_asked_directly(server, behave, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert loaded(server.will("/f", behave.answering(200, FILE))) == (0, FILE)


def test_a_proxy_that_lets_nothing_through_is_told(server, behave, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", server.url.replace("//", "//anna:secret@"))
    server.will("weights.invalid:443", behave.answering(403))
    fault = told("https://weights.invalid/f")
    assert "the proxy does not let it through: Tunnel connection failed: 403" in fault
    assert "check HTTPS_PROXY and NO_PROXY" in fault
    assert "secret" not in fault


def test_a_proxy_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert "the proxy does not let it through: Connection refused" in told("http://weights.invalid/f")


@pytest.mark.parametrize("proxy", ["nonsense://127.0.0.1:1", "http://", "http://127.0.0.1:port"])
def test_a_proxy_that_cannot_be_is_told(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    assert "PROXY" in told("http://weights.invalid/f")


# Secure connections ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1 that it made for itself."""
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", str(path) + ".crt"]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no openssl that makes a certificate: {error}")
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[str]:
    """The address of a server that speaks https and redirects to whatever stands behind ?."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target = self.path.partition("?")[2]
            self.send_response(302 if target else 200)
            self.send_header("Location" if target else "Content-Length", target or str(len(FILE)))
            self.end_headers()
            self.wfile.write(b"" if target else FILE)

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(HTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Quiet(("127.0.0.1", 0), Handler) as listening:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"https://127.0.0.1:{listening.server_port}/f"
        listening.shutdown()
        thread.join()


def test_a_server_that_nobody_vouches_for_is_refused(secure: str) -> None:
    fault = told(secure)
    assert "no secure connection comes about: " in fault
    assert "certificate" in fault
    assert "REQUESTS_CA_BUNDLE" in fault


def test_further_certificates_are_taken_from_the_environment(
    secure: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", os.fspath(certificate))
    assert loaded(secure) == (0, FILE)


def test_a_redirect_from_https_to_http_is_not_followed(
    secure: str, certificate: Path, monkeypatch: pytest.MonkeyPatch, server, behave
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", os.fspath(certificate))
    fault = told(f"{secure}?{server.will('/f', behave.answering(200, FILE))}")
    assert "redirects to http:, which is not followed" in fault
    assert server.asked == []


def test_a_redirect_from_http_to_https_is_followed(
    secure: str, certificate: Path, monkeypatch: pytest.MonkeyPatch, server, behave
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", os.fspath(certificate))
    assert loaded(server.will("/f", behave.answering(302, Location=secure))) == (0, FILE)


def test_a_server_that_only_speaks_http_is_no_secure_one(server) -> None:
    assert "no secure connection comes about" in told(server.url.replace("http", "https") + "/f")
