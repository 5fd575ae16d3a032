"""kiosk doctor: check each part as the kiosk would use it."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from kiosk.config import ConfigFile
from kiosk.domain import Frame
from kiosk.door import build
from kiosk.door.build import Choices, load_configured_encoder, make_landmarks, own_weights, watch_camera
from kiosk.door.report import SLOW_SECONDS, slow_notice
from kiosk.door.voice import probe_voice
from kiosk.encoders.golden import golden_difference
from kiosk.errors import KioskError
from kiosk.health import checks
from kiosk.health.checks import Finding, State, examine
from kiosk.paths import gallery_folder, journal_file, staff_file
from kiosk.people.register import PeopleRegister, people_file
from kiosk.people.staff import StaffRegister
from kiosk.store.journal import Journal
from kiosk.vision.camera import CameraState, WatchedCamera
from kiosk.vision.sources import source_name

_CAMERA_SECONDS = 8.0  # for the first picture of a USB camera
_MEASURED_FRAMES = 3  # after the first


def examine_all(read: Callable[[], ConfigFile], source: str | None, gallery: Path | None) -> Iterator[Finding]:
    """Yield a finding for each part below the window, in the order in which the kiosk needs them."""
    config: ConfigFile | None = None

    def look_at_config() -> Finding:
        nonlocal config
        config = read()
        return checks.config_found(config)

    yield examine("config", look_at_config)
    if config is None:
        # The other parts are checked with the built-in defaults.
        config = ConfigFile(None)
    try:
        choices = build.choose(config, source=source, gallery=gallery, fast=False)
    except KioskError as error:
        yield Finding(State.FAULT, f"{error.thing}: {error.reason}", error.remedy, check="choices")
        return
    yield examine("camera", lambda: _camera(choices))
    if choices.demo and "demo" not in (source, config.current.camera.source):
        # There is no camera: check the gallery and journal of the door, not those of the demo.
        choices = replace(choices, demo=False, gallery=gallery or gallery_folder(config))
    yield examine("cascade", lambda: _cascade(choices))
    yield examine("encoder", lambda: _encoder(choices))
    yield examine("gallery", lambda: _gallery(choices))
    enabled = config.current.voice.enabled
    yield examine("voice", lambda: checks.voice_found(enabled=enabled, fault=probe_voice() if enabled else None))
    file = journal_file(choices.config, demo=choices.demo)
    with closing(Journal(file)) as journal:
        yield examine("journal", lambda: checks.journal_found(file, journal))
        yield examine("people", lambda: checks.people_found(PeopleRegister(people_file(choices.gallery))))
        with closing(StaffRegister(staff_file(choices.config))) as staff:
            yield examine("staff", lambda: checks.staff_found(staff))
        yield examine("disk", lambda: checks.disk_found(file))
        yield examine("clock", lambda: checks.clock_found(journal))


def _camera(choices: Choices) -> Finding:
    if choices.demo:
        remedy = "connect a camera, or name one with --source"
        return Finding(State.WARNING, "none is used, the demo runs instead", remedy)
    with closing(watch_camera(choices)) as camera:
        frame = camera.wait(_CAMERA_SECONDS)
        if frame is None:
            otherwise = f"{source_name(choices.source)}: gives no picture; connect it, or name another with --source"
            return checks.of_fault(State.FAULT, camera.fault or otherwise)
        slow = slow_notice(choices.config.current.decision.k, _interval_seconds(camera, frame))
    height, width = frame.image.shape[:2]
    message = f"{source_name(choices.source)} gives {width} x {height} px"
    if slow:
        reason, _, remedy = slow.partition("; ")
        return Finding(State.WARNING, f"{message}. {reason}", remedy)
    return Finding(State.OK, message)


def _interval_seconds(camera: WatchedCamera, first: Frame) -> float:
    """Return the mean time between up to three frames of the next five seconds; 0 if the source has ended."""
    times = [first.captured_at]
    until = time.monotonic() + SLOW_SECONDS
    while len(times) <= _MEASURED_FRAMES and (frame := camera.wait(until - time.monotonic())) is not None:
        times.append(frame.captured_at)
    if len(times) > 1:
        return (times[-1] - times[0]) / (len(times) - 1)
    return 0.0 if camera.state is CameraState.ENDED else SLOW_SECONDS


def _cascade(choices: Choices) -> Finding:
    build.make_detector(choices.config)
    make_landmarks()
    return Finding(State.OK, f"detector {choices.config.current.detector} and landmark model are loaded")


def _encoder(choices: Choices) -> Finding:
    encoder = load_configured_encoder(choices.config)
    difference = golden_difference(encoder)
    golden = "no golden vector" if difference is None else f"golden vector within {difference:.0e}"
    matching, own = choices.config.current.matching, own_weights(choices.config)
    return checks.encoder_found(matching, encoder.spec, own, None, f"SHA-256 verified, {golden}")


def _gallery(choices: Choices) -> Finding:
    encoder, landmarks = load_configured_encoder(choices.config), make_landmarks()
    gallery = build.make_gallery(choices.config, choices.gallery, encoder, landmarks)
    gallery.load()
    return checks.gallery_found(choices.gallery, gallery.snapshot, encoder.spec.name)
