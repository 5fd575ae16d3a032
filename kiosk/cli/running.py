"""kiosk run and kiosk demo: the kiosk, with or without a window."""

from __future__ import annotations

import logging
import os
import signal
import sys
from contextlib import closing
from datetime import datetime
from threading import Event
from typing import Annotated, NoReturn, TypeAlias

import typer

from kiosk.cli.output import ConfigOption, GalleryOption, JsonOption, print_json, read_config, rounded
from kiosk.domain import Decision, Identification, Outcome, Reason, Rejection, display_name
from kiosk.door.build import Choices, build_station, choose, require_source, watch_camera
from kiosk.door.former_settings import save_former_settings
from kiosk.door.headless import run_headless
from kiosk.door.services import open_services
from kiosk.errors import CameraError, ConfigError, KioskError
from kiosk.i18n import QT_TRANSLATE_NOOP
from kiosk.vision.quality import USUAL

SourceOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="S",
        help="Camera number, device path (/dev/v4l/by-id/...), video file, stream URL, folder of pictures, or demo.",
    ),
]
HeadlessOption: TypeAlias = Annotated[bool, typer.Option("--headless", help="Show no window; print each decision.")]
FastOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--fast",
        help="Read every frame of a recording as fast as possible; its own time is the clock. Needs --headless.",
    ),
]
# Shown in the language of the screen, if there is one.
_DEMO, _NO_CAMERA = QT_TRANSLATE_NOOP("door", "Demo"), QT_TRANSLATE_NOOP("door", "Demo: no camera was found.")
FullScreenOption: TypeAlias = Annotated[bool, typer.Option("--fullscreen", help="Start in full screen.")]


def run(
    *,
    source: SourceOption = None,
    headless: HeadlessOption = False,
    as_json: JsonOption = False,
    fast: FastOption = False,
    fullscreen: FullScreenOption = False,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Run the kiosk on the first camera, or on --source. Without a camera it shows the demo, and says so.

    --json shows no window and prints each decision (granted or refused) as one line with outcome, person, name,
    distance, second (the distance of the second-best person), frame, time (seconds since the first frame) and reason.

    Example: kiosk run --source entrance.mp4 --headless --json --fast
    """
    settings = read_config(config)
    save_former_settings(settings)
    choices = choose(settings, source=source, gallery=gallery, fast=fast)
    searched = source is None and settings.current.camera.source == "auto"
    notice = "" if not choices.demo else _NO_CAMERA if searched else _DEMO
    return _start(choices, notice, headless=headless or as_json, as_json=as_json, full_screen=fullscreen)


def demo(
    *,
    headless: HeadlessOption = False,
    as_json: JsonOption = False,
    fast: FastOption = False,
    fullscreen: FullScreenOption = False,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Run the kiosk on the demo, a drawn scene with its own gallery. With --fast it ends after one round.

    Example: kiosk demo --headless --fast
    """
    choices = choose(read_config(config), source="demo", gallery=gallery, fast=fast)
    return _start(choices, _DEMO, headless=headless or as_json, as_json=as_json, full_screen=fullscreen)


def _start(choices: Choices, notice: str, *, headless: bool, as_json: bool, full_screen: bool) -> int:
    from kiosk.gui.display import display_fault

    no_screen = None if headless else display_fault(os.environ)
    if no_screen is not None:
        typer.echo(f"kiosk: {no_screen}; running without a window", err=True)
    elif not headless:
        if choices.fast:
            raise ConfigError("--fast", "a window shows a recording at its own pace", "add --headless")
        _show(choices, notice, full_screen=full_screen)
    if notice:
        typer.echo(f"kiosk: {notice}", err=True)
    return _print_decisions(choices, as_json=as_json)


def _show(choices: Choices, notice: str, *, full_screen: bool) -> NoReturn:
    from kiosk.gui.app import RESTART, run_window

    require_source(choices.source)
    screen = choices.config.current.screen

    with closing(open_services(choices)) as services:
        code = run_window(
            watch_camera(choices),
            lambda progress: build_station(choices, progress),
            lambda: choices.config.current.screen,
            services,
            full_screen=full_screen or screen.full_screen,
            mirror=screen.mirror and not choices.recording,
            notice=notice,
            close_at_end=choices.recording,
        )
    if code == RESTART:
        code = _start_again()
    _leave(code)


def _start_again() -> int:
    """Replace this process by the same command; return the exit code if that fails."""
    command = [sys.executable, *sys.orig_argv[1:]]
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execv(command[0], command)  # noqa: S606  (what was started by hand is started again)
    except OSError as error:
        fault = KioskError(command[0], f"cannot be started again ({error.strerror})", "start the kiosk by hand")
        typer.echo(f"kiosk: {fault}", err=True)
        return fault.exit_code


def _leave(code: int) -> NoReturn:
    """End the process at once: a thread in a camera driver could keep the interpreter from ending, or crash it."""
    sys.stdout.flush()
    sys.stderr.flush()
    logging.shutdown()
    os._exit(code)


def _print_decisions(choices: Choices, *, as_json: bool) -> int:
    from kiosk.gui.language import use_for_welcome

    require_source(choices.source)
    use_for_welcome(choices.config.current.screen.language)
    logging.getLogger("kiosk").setLevel(logging.INFO)
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    fault = run_headless(choices, stop, _tell_json if as_json else _tell)
    if fault is not None:
        typer.echo(f"kiosk: {fault}", err=True)
    code = 0 if fault is None else CameraError.exit_code
    if not choices.fast:
        _leave(code)
    return code


_REFUSALS = {
    Reason.NOBODY_ENROLLED: "Not recognised. Nobody is enrolled.",
    Reason.TOO_FAR: "Not recognised.",
    Reason.AMBIGUOUS: "Not clear enough.",
    Reason.SUSPENDED: "Recognised, but the person is suspended.",
    Reason.NOT_YET_VALID: "Recognised, but access has not begun yet.",
    Reason.EXPIRED: "Recognised, but access has ended.",
}
_REMARKS = {
    Rejection.TOO_SMALL: "The face is small.",
    Rejection.TOO_DARK: "The picture is dark.",
    Rejection.TOO_BRIGHT: "The picture is bright.",
    Rejection.TOO_BLURRED: "The picture is blurred.",
    Rejection.OFF_POSE: "The face is turned away.",
}


def in_words(decision: Decision) -> str:
    """Return a grant or refusal in words, such as "Not recognised. Closest: Ada at 0.44 (limit 0.39)."."""
    if decision.fault:
        return f"Not opened: {decision.fault}"
    if decision.outcome is Outcome.GRANTED and decision.person:
        return f"Welcome {display_name(decision.person)}.{_closest(decision.identification)}"
    remarks = USUAL.remarks(decision.conditions) if decision.conditions else ()
    refusal = _REFUSALS.get(decision.reason, "Not opened.")
    return " ".join([refusal + _closest(decision.identification), *(_REMARKS[remark] for remark in remarks)])


def _closest(found: Identification | None) -> str:
    if found is None or found.best is None:
        return ""
    second = f", then {display_name(found.second.person)} at {found.second.distance:.2f}" if found.second else ""
    best = f"{display_name(found.best.person)} at {found.best.distance:.2f}"
    return f" Closest: {best}{second} (limit {found.threshold:.2f})."


def _tell(decision: Decision, seconds: float) -> None:
    at = f"{datetime.now():%H:%M:%S} frame {decision.sequence}, {seconds:.2f} s"
    typer.echo(f"{at}: {decision.outcome.value}. {in_words(decision)}")
    sys.stdout.flush()


def _tell_json(decision: Decision, seconds: float) -> None:
    found = decision.identification
    best, second = (found.best, found.second) if found else (None, None)
    fault = {"fault": decision.fault} if decision.fault else {}
    print_json(
        {
            "outcome": decision.outcome.value,
            "person": decision.person,
            "name": display_name(decision.person) if decision.person else None,
            "distance": rounded(best.distance) if best else None,
            "second": rounded(second.distance) if second else None,
            "frame": decision.sequence,
            "time": round(seconds, 3),
            "reason": decision.reason.value,
            **fault,
        }
    )
