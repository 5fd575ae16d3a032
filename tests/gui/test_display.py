import shutil
import socket
import subprocess

import pytest

from kiosk.gui.display import NEEDS_NO_SCREEN, display_fault


@pytest.mark.parametrize("platform", [*sorted(NEEDS_NO_SCREEN), "vnc:size=800x480", "offscreen;xcb"])
def test_platforms_without_a_screen_need_none(platform):
    assert display_fault({"QT_QPA_PLATFORM": platform}) is None


def test_a_platform_that_qt_does_not_know_is_a_fault_that_names_it():
    assert (
        display_fault({"QT_QPA_PLATFORM": "wibble", "DISPLAY": ":0"}) == "QT_QPA_PLATFORM=wibble is no platform of Qt's"
    )


@pytest.mark.parametrize("environment", [{}, {"DISPLAY": ""}, {"QT_QPA_PLATFORM": "xcb"}])
def test_a_bare_terminal_has_no_display(environment):
    assert display_fault(environment) == "neither DISPLAY nor WAYLAND_DISPLAY is set"


@pytest.mark.parametrize("display", [":987", ":987.3", "unix:986", "nonsense", ":", ":-1", ":99999999999", "\udcff:1"])
def test_a_display_that_nobody_serves_is_a_fault_that_names_it(display):
    fault = display_fault({"DISPLAY": display})
    assert fault is not None
    assert display in fault


def test_a_display_that_is_served_is_none():
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not installed")
    with subprocess.Popen([server, "-displayfd", "1", "-nolisten", "tcp"], stdout=subprocess.PIPE) as running:
        try:
            assert running.stdout is not None
            number = running.stdout.readline().decode().strip()
            assert display_fault({"DISPLAY": f":{number}"}) is None
        finally:
            running.terminate()


def test_a_wayland_compositor_that_listens_is_enough(tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        listens = {"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)}
        assert display_fault(listens) is None
        assert display_fault(listens | {"DISPLAY": ":987"}) is None
        assert display_fault(listens | {"DISPLAY": ":987", "QT_QPA_PLATFORM": "xcb"}) is not None


@pytest.mark.parametrize("name", ["wayland-7", "x" * 500])
def test_a_wayland_compositor_that_is_gone_is_a_fault(tmp_path, name):
    gone = {"WAYLAND_DISPLAY": name, "XDG_RUNTIME_DIR": str(tmp_path)}
    assert "no Wayland compositor answers" in (display_fault(gone) or "")


def test_wayland_that_is_asked_for_but_not_there_is_a_fault():
    assert display_fault({"QT_QPA_PLATFORM": "wayland"}) == "WAYLAND_DISPLAY is not set"
