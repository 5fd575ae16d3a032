"""The health of the running kiosk: the checks of `kiosk doctor`, without opening or loading anything again."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from kiosk import __version__
from kiosk.door.build import own_weights
from kiosk.door.report import FrameStats
from kiosk.door.services import StaffServices
from kiosk.door.station import Station
from kiosk.door.voice import equipment_fault
from kiosk.health import checks
from kiosk.health.checks import Finding, State, examine
from kiosk.i18n import number, translate
from kiosk.paths import journal_file
from kiosk.vision.camera import CameraState, WatchedCamera
from kiosk.vision.sources import is_recording, source_name

_SLOW_HZ = 4.0  # below this, a decision takes more than a second
_FEW = 0.4  # of the wanted frames; cameras halve their rate in a dim room


def live_findings(services: StaffServices, stats: FrameStats, size_px: tuple[int, int] | None) -> list[Finding]:
    """Return the state of camera, recognition and door, quickly; `size_px` is the size of the picture, if any."""
    camera, source, wanted_hz = services.camera, services.source, services.config.current.camera.rate_hz
    return [
        examine("camera", lambda: _camera(camera, source, wanted_hz, size_px, demo=services.demo)),
        examine("recognition", lambda: _recognition(services.station, stats)),
        examine("door", lambda: _door(services.station)),
    ]


def slow_findings(services: StaffServices) -> list[Finding]:
    """Return the state of the other parts; reads files, so not for the GUI thread."""
    file = journal_file(services.config, demo=services.demo)
    looks: dict[str, Callable[[], Finding]] = {
        "gallery": lambda: _gallery(services),
        "encoder": lambda: _encoder(services),
        "voice": lambda: _voice(services.station, enabled=services.config.current.voice.enabled),
        "journal": lambda: checks.journal_found(file, services.journal, whole=False),
        "people": lambda: checks.people_found(services.people),
        "staff": lambda: checks.staff_found(services.staff),
        "disk": lambda: checks.disk_found(file),
    }
    return [
        *(examine(check, look) for check, look in looks.items()),
        *filter(None, (checks.memory_found(), checks.temperature_found())),
        examine("clock", lambda: checks.clock_found(services.journal)),
        examine("config", lambda: checks.config_found(services.config)),
    ]


def report_text(findings: Iterable[Finding], facts: Mapping[str, str]) -> str:
    """Return a text for a support request, in English, without names, pictures, paths and addresses."""
    head = {
        "kiosk": __version__,
        "time": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        **facts,
    }
    lines = [f"{name}: {value}" for name, value in head.items()]
    lines += [f"{finding.state.value:8} {finding.check:12} {finding.public}".rstrip() for finding in findings]
    return "\n".join(lines) + "\n"


def _camera(
    camera: WatchedCamera | None, source: str, wanted_hz: float, size_px: tuple[int, int] | None, *, demo: bool
) -> Finding:
    if demo:
        message = translate("health", "none is used, the demo runs instead")
        return Finding(State.WARNING, message, translate("health", "connect a camera"), public="demo")
    if camera is None:
        return Finding(State.WARNING, translate("health", "there is none"), public="none")
    state, fault = camera.state, camera.fault
    if fault is not None or state is CameraState.LOST:
        lost = translate("health", "gives no picture; check its cable")
        return checks.of_fault(State.FAULT, fault or lost)
    if state is CameraState.OPENING:
        return Finding(State.WARNING, translate("health", "is being opened"), public="opening")
    if state is CameraState.ENDED:
        return Finding(State.WARNING, translate("health", "the recording has ended"), public="ended")
    rate_hz, dropped = camera.rate_hz, camera.dropped
    size = "{} x {} px".format(*size_px) if size_px is not None else ""
    text = translate("health", "{source}: {size}, {rate} frames a second, {dropped} dropped since the start")
    message = text.format(source=source_name(source), size=size, rate=number(rate_hz, 1), dropped=dropped)
    few = not is_recording(source) and 0 < rate_hz < wanted_hz * _FEW
    remedy = translate("health", "more light lets a camera give more frames; or ask less of it in the settings")
    public = f"{size}, {rate_hz:.1f} frames a second of {wanted_hz:g} asked for, {dropped} dropped"
    return Finding(State.WARNING if few else State.OK, message, remedy if few else "", public=public)


def _recognition(station: Station | None, stats: FrameStats) -> Finding:
    if station is None:
        message = translate("health", "is being loaded; the door stays locked meanwhile")
        return Finding(State.WARNING, message, translate("health", "wait a moment"), public="loading")
    still = station.status.background
    told = translate(
        "health", "%n faces have not moved for a minute. They neither open the door nor keep it shut.", "", still
    )
    details = (told,) if still else ()
    if station.status.slow:
        message, _, remedy = station.status.slow.partition("; ")
        public = f"slow, {stats.faces:.1f} faces a frame"
        return Finding(State.WARNING, message, remedy, details, public)
    rate_hz = stats.rate_hz(time.monotonic())
    if not rate_hz:
        message = translate("health", "waits for frames")
        return Finding(State.OK, message, details=details, public="waits for frames")
    text = translate("health", "{rate} frames a second, {ms} ms a frame, {faces} faces a frame")
    message = text.format(rate=number(rate_hz, 1), ms=number(stats.frame_ms), faces=number(stats.faces, 1))
    stages = ", ".join(f"{stage} {stats.ms(stage):.1f} ms" for stage in stats.stages)
    public = f"{rate_hz:.1f} frames a second, {stats.faces:.1f} faces a frame, {stages}"
    slow = rate_hz < _SLOW_HZ
    remedy = translate("health", "close other programs, or give the encoder more cores in the settings")
    state = State.WARNING if slow else State.OK
    return Finding(state, message, remedy if slow else "", details, public)


def _door(station: Station | None) -> Finding:
    if station is None:
        return Finding(State.WARNING, translate("health", "is locked until the recognition is loaded"))
    faults = station.status.faults
    if faults:
        told = checks.of_fault(State.FAULT, faults[0])
        return replace(told, details=faults[1:], public=f"{len(faults)} faults to be mended")
    message = translate("health", "is open") if station.door.unlocked else translate("health", "is locked")
    return Finding(State.OK, message, public="in order")


def _gallery(services: StaffServices) -> Finding:
    if services.station is None:
        return _loading()  # nobody is in force yet, though people may be enrolled
    return checks.gallery_found(services.folder, services.snapshot, services.snapshot.encoder)


def _encoder(services: StaffServices) -> Finding:
    station = services.station
    if station is None:
        return _loading()
    matching, own = services.config.current.matching, own_weights(services.config)
    return checks.encoder_found(matching, station.encoder, own, len(services.snapshot.people))


def _loading() -> Finding:
    return Finding(State.WARNING, translate("health", "is being loaded"), public="loading")


def _voice(station: Station | None, *, enabled: bool) -> Finding:
    said = station.voice.fault if station is not None else None
    return checks.voice_found(enabled=enabled, fault=(said or equipment_fault()) if enabled else None)
