"""kiosk run and kiosk demo: the kiosk itself, with a window or without."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeAlias

import typer

from kiosk.cli.output import ConfigOption, GalleryOption, JsonOption, answering, print_json, read_config, rounded
from kiosk.domain import Decision, display_name
from kiosk.errors import CameraError, ConfigError, KioskError
from kiosk.i18n import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from kiosk.door.build import Choices
    from kiosk.door.station import Station

SourceOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--source",
        metavar="S",
        help="Camera number, device path (/dev/v4l/by-id/...), video file, stream URL, folder of stills, or demo.",
    ),
]
HeadlessOption: TypeAlias = Annotated[bool, typer.Option("--headless", help="Without a window: print the decisions.")]
FastOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--fast",
        help="Read a file as fast as it is processed, every frame, with video time as the clock. Needs --headless.",
    ),
]
# Told in the language of the screen, where there is one.
_DEMO, _NO_CAMERA = QT_TRANSLATE_NOOP("door", "Demo"), QT_TRANSLATE_NOOP("door", "Demo: no camera was found.")
FullScreenOption: TypeAlias = Annotated[bool, typer.Option("--fullscreen", help="Start without a window frame.")]


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    app.command()(answering(run))
    app.command()(answering(demo))


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
    """The kiosk: on the first camera, or on what --source names. Without a camera it shows the demo and says so.

    --json implies --headless: each decision (granted, refused) is one line with outcome, person, name, distance, second
    (the distance of the second-best person), frame, time (seconds since the first frame) and reason.

    Example: kiosk run --source entrance.mp4 --headless --json --fast
    """
    from kiosk.door.build import choose
    from kiosk.door.former_settings import save_former_settings

    settings = read_config(config)
    save_former_settings(settings)
    choices = choose(settings, source=source, gallery=gallery, fast=fast)
    searched = source is None and choices.config.current.camera.source == "auto"
    why = _NO_CAMERA if searched else _DEMO
    return _start(
        choices, why if choices.demo else "", headless=headless or as_json, as_json=as_json, full_screen=fullscreen
    )


def demo(
    *,
    headless: HeadlessOption = False,
    as_json: JsonOption = False,
    fast: FastOption = False,
    fullscreen: FullScreenOption = False,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """The kiosk on a drawn scene with a gallery of its own; with --fast it ends after one round.

    Example: kiosk demo --headless --fast
    """
    from kiosk.door.build import choose

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
    from kiosk.door.build import build_station, require_source, watch_camera
    from kiosk.door.services import open_services
    from kiosk.gui.app import RESTART, run_window
    from kiosk.gui.theme import Appearance

    require_source(choices)
    screen = choices.config.current.screen

    def appearance() -> Appearance:
        now = choices.config.current.screen
        switches = now.large_type, now.high_contrast, now.reduced_motion
        return Appearance(now.theme.value, *switches, now.language, now.keyboard.value)

    with closing(open_services(choices)) as services:
        code = run_window(
            watch_camera(choices),
            lambda progress: build_station(choices, progress),
            full_screen=full_screen or screen.full_screen,
            appearance=appearance(),
            look_again=appearance,
            mirror=screen.mirror and not choices.recording,
            notice=notice,
            close_at_end=choices.recording,
            services=services,
        )
    if code == RESTART:
        code = _start_again()
    _leave(code)


def _start_again() -> int:
    """Puts the same command in the place of this process; the exit code where that cannot be done."""
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
    """Ends the process at once: a thread in a camera's C code would keep the interpreter from it, or abort it."""
    sys.stdout.flush()
    sys.stderr.flush()
    logging.shutdown()
    os._exit(code)


def _print_decisions(choices: Choices, *, as_json: bool) -> int:
    from kiosk.door.build import build_station, require_source
    from kiosk.door.report import Stopped
    from kiosk.gui.language import use_for_welcome

    require_source(choices)
    use_for_welcome(choices.config.current.screen.language)
    logging.getLogger("kiosk").setLevel(logging.INFO)
    stop = _stop_on_signals()

    def loading(what: str, done: int, total: int) -> None:
        if stop.is_set():
            raise Stopped

    try:
        code = _drive(choices, lambda: build_station(choices, loading), stop, _tell_json if as_json else _tell)
    except Stopped:
        code = 0
    if not choices.fast:
        _leave(code)
    return code


def _drive(choices: Choices, build: Callable[[], Station], stop: Event, tell: Callable[[Decision, float], None]) -> int:
    from kiosk.door.build import open_frames, watch_camera
    from kiosk.door.headless import StationKeeper, camera_frames, run_headless, source_frames

    # Before the source is opened: a recording plays on while the gallery is read.
    with closing(StationKeeper(build)) as keeper:
        if choices.fast:
            with open_frames(choices) as source:
                run_headless(source_frames(source, stop), keeper, tell)
            return 0
        with watch_camera(choices) as camera:
            run_headless(camera_frames(camera, stop), keeper, tell)
            if camera.fault is None or not choices.recording:
                return 0
            typer.echo(f"kiosk: {camera.fault}", err=True)
            return CameraError.exit_code


def _stop_on_signals() -> Event:
    stop = Event()

    def handle(number: int, at: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)
    return stop


def _tell(decision: Decision, seconds: float) -> None:
    found = decision.identification
    best, second = (found.best, found.second) if found else (None, None)
    who = display_name(decision.person) if decision.person else "nobody"
    nearest = f"nearest {display_name(best.person)} at {best.distance:.3f}" if best else "nobody is enrolled"
    runner_up = f", then {display_name(second.person)} at {second.distance:.3f}" if second else ""
    why = f" ({decision.fault})" if decision.fault else ""
    at = f"{datetime.now():%H:%M:%S} frame {decision.sequence}, {seconds:.2f} s"
    typer.echo(f"{at}: {decision.outcome.value} {who}, {decision.reason.value}; {nearest}{runner_up}{why}")
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
