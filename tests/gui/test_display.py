"""Starting without a screen is a fault with a reason, never an abort."""

import shutil
import socket
import subprocess

import pytest

from kiosk.gui.display import display_fault

SERVED_BY_NOBODY = (":987", ":987.3", "unix:986", "nonsense", ":", ":-1", ":99999999999", "\udcff:1")


def test_what_is_wrong_with_a_screen_is_named():
    for platform in ("offscreen", "minimal", "linuxfb", "eglfs", "vnc:size=800x480", "offscreen;xcb"):
        assert display_fault({"QT_QPA_PLATFORM": platform}) is None, platform
    rows = [
        ({"QT_QPA_PLATFORM": "wibble", "DISPLAY": ":0"}, "QT_QPA_PLATFORM=wibble"),
        *((bare, "neither DISPLAY nor WAYLAND_DISPLAY") for bare in ({}, {"DISPLAY": ""}, {"QT_QPA_PLATFORM": "xcb"})),
        *(({"DISPLAY": display}, display) for display in SERVED_BY_NOBODY),
        ({"QT_QPA_PLATFORM": "wayland"}, "WAYLAND_DISPLAY is not set"),
    ]
    for environment, part in rows:
        assert part in (display_fault(environment) or ""), environment


def test_a_display_that_is_served_is_no_fault():
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not installed")
    with subprocess.Popen([server, "-displayfd", "1", "-nolisten", "tcp"], stdout=subprocess.PIPE) as running:
        try:
            number = running.stdout.readline().decode().strip()
            assert display_fault({"DISPLAY": f":{number}"}) is None
        finally:
            running.terminate()


def test_a_wayland_compositor_must_answer(tmp_path):
    listens = {"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)}
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        assert display_fault(listens) is None
        assert display_fault(listens | {"DISPLAY": ":987"}) is None
        assert display_fault(listens | {"DISPLAY": ":987", "QT_QPA_PLATFORM": "xcb"}) is not None
    for name in ("wayland-7", "x" * 500):
        assert "no Wayland compositor answers" in (display_fault({"WAYLAND_DISPLAY": name}) or "")
