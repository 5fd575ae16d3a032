"""The check for a screen before Qt starts: Qt aborts the process if there is none."""

import ctypes
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

NEEDS_A_SCREEN = frozenset({"", "xcb", "wayland", "wayland-egl"})
NEEDS_NO_SCREEN = frozenset({"offscreen", "minimal", "minimalegl", "vnc", "linuxfb", "eglfs", "vkkhrdisplay"})


def display_fault(environment: Mapping[str, str]) -> str | None:
    """Return why no window can be shown, or None."""
    asked = environment.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if asked in NEEDS_NO_SCREEN or not sys.platform.startswith("linux"):
        return None
    if asked not in NEEDS_A_SCREEN:
        return f"QT_QPA_PLATFORM={asked} is not a platform of Qt"
    wayland, x11 = environment.get("WAYLAND_DISPLAY", ""), environment.get("DISPLAY", "")
    if asked.startswith("wayland") or (not asked and not x11 and wayland):
        return _wayland_fault(wayland, environment)
    if not asked and wayland and _wayland_fault(wayland, environment) is None:
        return None
    return _x11_fault(x11)


def _wayland_fault(name: str, environment: Mapping[str, str]) -> str | None:
    if not name:
        return "WAYLAND_DISPLAY is not set"
    path = Path(environment.get("XDG_RUNTIME_DIR", "/run")) / name
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1.0)
            connection.connect(str(path))
    except OSError as error:
        return f"no Wayland compositor answers at {path} ({error})"
    return None


def _x11_fault(display: str) -> str | None:
    """Connect with the same library as Qt does, which also finds a refused cookie."""
    if not display:
        return "neither DISPLAY nor WAYLAND_DISPLAY is set"
    try:
        ctypes.CDLL("libxcb-cursor.so.0")
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        return f"Qt's X11 plug-in needs a library that is missing ({error})"
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(os.fsencode(display), None)
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return f"no X server answers at DISPLAY={display}" if refused else None
