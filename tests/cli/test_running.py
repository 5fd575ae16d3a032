import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kiosk.cli import running
from kiosk.domain import Candidate, Conditions, Decision, Identification, Outcome, Reason
from kiosk.door import headless
from kiosk.door.voice import Voice
from kiosk.vision.demo import draw
from kiosk.vision.opencv import cv2


@pytest.fixture
def film(tmp_path):
    """A second of the demo as a video file: Grace Hopper walks up."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 30, (640, 480))
    for index in range(60, 96):
        writer.write(draw(index))
    writer.release()
    return path


def decisions(out: str) -> list[dict]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_film_is_decided_with_video_time_as_the_clock_and_ends_the_run(kiosk, images, film, tmp_path, eileen):
    ran = kiosk("run", "--source", film, "--headless", "--json", "--fast", "--gallery", images)
    assert ran.code == 0
    (granted,) = decisions(ran.out)
    assert set(granted) >= {"outcome", "person", "name", "distance", "second", "frame", "time"}
    assert (granted["outcome"], granted["person"], granted["name"]) == ("granted", "Grace_Hopper", "Grace Hopper")
    assert granted["time"] == pytest.approx(granted["frame"] / 30, abs=0.01)
    assert granted["second"] is None
    others = tmp_path / "others"
    assert kiosk("enrol", "Eileen Collins", eileen, "--gallery", others).code == 0
    found = decisions(kiosk("run", "--source", film, "--headless", "--json", "--fast", "--gallery", others).out)
    assert {(decision["outcome"], decision["person"]) for decision in found} == {("refused", None)}


def test_without_a_display_it_runs_without_a_window_and_only_the_welcome_is_in_the_language_of_the_screen(
    kiosk, images, tmp_path, monkeypatch, film
):
    said: list[str] = []
    monkeypatch.setattr(Voice, "say", lambda voice, text: said.append(text))
    config = tmp_path / "config.yaml"
    config.write_text("screen: {language: de}\n")
    command = ("run", "--source", film, "--fast", "--gallery", images, "--config", config)
    refused = kiosk(*command)  # a window cannot be faster than time
    assert (refused.code, "add --headless" in refused.err) == (11, True)
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    ran = kiosk(*command)
    assert "running without a window" in ran.err
    assert "granted. Welcome Grace Hopper." in ran.out
    assert said == ["Willkommen Grace Hopper, einen schönen Tag!"]


@pytest.mark.slow
def test_the_demo_tells_the_two_apart(kiosk):
    ran = kiosk("demo", "--headless", "--json", "--fast")
    assert ran.code == 0
    found = decisions(ran.out)
    assert {decision["outcome"] for decision in found} == {"granted", "refused"}
    assert {decision["person"] for decision in found if decision["outcome"] == "granted"} == {"Grace_Hopper"}


def test_a_source_that_can_never_be_one_is_a_fault_and_not_waited_for(kiosk, images, tmp_path):
    path = tmp_path / "odd.mp4"
    for content in (None, b"", b"no film"):
        if content is not None:
            path.write_bytes(content)
        for fast in (["--fast"], []):
            ran = kiosk("run", "--source", path, "--headless", "--gallery", images, *fast)
            assert (ran.code, ran.err.count("\n")) == (12, 1)
    for source in ("12345", "ftp://door/stream"):
        ran = kiosk("run", "--source", source, "--headless", "--gallery", images)
        assert (ran.code, ran.err.count("\n")) == (12, 1)


def test_a_signal_while_the_recognition_is_loaded_ends_it_in_good_order(kiosk, images, film, monkeypatch):
    build = headless.build_station

    def interrupted(choices, progress):
        signal.raise_signal(signal.SIGTERM)
        return build(choices, progress)

    monkeypatch.setattr(headless, "build_station", interrupted)
    for fast in (["--fast"], []):
        ran = kiosk("run", "--source", film, "--headless", "--gallery", images, *fast)
        assert (ran.code, ran.out, ran.err) == (0, "", "")


@pytest.mark.slow
def test_a_signal_ends_it_in_good_order(tmp_path):
    command = [sys.executable, "-m", "kiosk", "demo", "--headless", "--json"]
    environment = {**os.environ, "HOME": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout.readline().startswith(b'{"outcome": "granted"')
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"Traceback" not in err


def test_a_decision_is_told_in_words():
    found = Identification((Candidate("Ada", 0.44),), 0.39, 0.05, 1)
    refused = Decision(
        *(Outcome.REFUSED, Reason.TOO_FAR, 1, 1, 1.0, 0, 3),
        identification=found,
        conditions=Conditions(120, light=50.0),
    )
    near = Identification((Candidate("Ada_L", 0.301), Candidate("Lin", 0.5)), 0.39, 0.05, 2)
    granted = replace(refused, outcome=Outcome.GRANTED, reason=Reason.RECOGNISED, person="Ada_L", identification=near)
    empty = replace(refused, reason=Reason.NOBODY_ENROLLED, identification=None, conditions=None)
    for decision, words in (
        (refused, "Not recognised. Closest: Ada at 0.44 (limit 0.39). The picture is dark."),
        (granted, "Welcome Ada L. Closest: Ada L at 0.30, then Lin at 0.50 (limit 0.39)."),
        (empty, "Not recognised. Nobody is enrolled."),
        (replace(refused, reason=Reason.FAULT, fault="lock: is stuck; oil it"), "Not opened: lock: is stuck; oil it"),
    ):
        assert running.in_words(decision) == words


class EndlessStream(BaseHTTPRequestHandler):
    """The demo as a camera on the network, for ever."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        with contextlib.suppress(OSError):
            for index in itertools.count():
                jpeg = cv2.imencode(".jpg", draw(index))[1].tobytes()
                self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + jpeg + b"\r\n")
                threading.Event().wait(0.03)

    def log_message(self, *arguments: object) -> None:
        """Silent."""


@pytest.mark.slow
def test_a_signal_ends_it_in_good_order_in_the_middle_of_a_stream(images, tmp_path):
    with ThreadingHTTPServer(("127.0.0.1", 0), EndlessStream) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/door.mjpg"
        command = [sys.executable, "-m", "kiosk", "run", "--source", url, "--json", "--gallery", str(images)]
        environment = {**os.environ, "HOME": str(tmp_path)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
            assert process.stdout.readline().startswith(b'{"outcome": "granted"')
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=60)
        server.shutdown()
    assert (process.returncode, err.decode().splitlines()[1:]) == (0, [])


RESTARTED = """
import os, sys
from pathlib import Path
from PyQt6.QtCore import QTimer
from kiosk.cli import main
from kiosk.gui.app import Kiosk
runs, start = Path(sys.argv[1]), Kiosk.start
def start_and_end(kiosk, **options):
    start(kiosk, **options)
    again = runs.exists()
    with runs.open("a") as file:
        file.write(f"{os.getpid()}\\n")
    QTimer.singleShot(100, kiosk.window.end if again else kiosk.restart)
Kiosk.start = start_and_end
main(["demo"])
"""


@pytest.mark.slow
def test_a_restart_ends_it_in_good_order_and_runs_the_same_command_again(tmp_path):
    runs, command = tmp_path / "runs", [sys.executable, "-c", RESTARTED]
    environment = {**os.environ, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    ran = subprocess.run(
        [*command, str(runs)], capture_output=True, text=True, timeout=120, env=environment, check=False
    )
    assert (ran.returncode, "Traceback" in ran.stderr) == (0, False)
    first, second = runs.read_text().split()
    assert first == second


def test_a_restart_that_cannot_be_is_told(monkeypatch, capsys):
    def gone(path, arguments):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(os, "execv", gone)
    assert running._start_again() == 10
    assert "cannot be started again (No such file or directory); start the kiosk by hand" in capsys.readouterr().err
