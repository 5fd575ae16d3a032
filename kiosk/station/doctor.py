"""kiosk doctor: looks at each part as the kiosk would use it, and says what to do about what it finds."""

import enum
import logging
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from kiosk.access.journal import Journal
from kiosk.access.voice import probe_voice
from kiosk.config import ConfigFile
from kiosk.encoders import EXPORTED, encoder_names
from kiosk.encoders.golden import golden_difference
from kiosk.errors import KioskError
from kiosk.recognition.gallery import Gallery, GallerySnapshot
from kiosk.station.advice import STRONGER_ENCODER, advice_for
from kiosk.station.build import (
    Choices,
    choose,
    gallery_folder,
    journal_file,
    load_configured_encoder,
    make_detector,
    make_gallery,
    own_weights,
    watch_camera,
)
from kiosk.station.matching import matching_numbers, names_of_none, names_spelt_otherwise
from kiosk.vision.landmarks import shipped_landmarks
from kiosk.vision.sources import source_name

MANY_PEOPLE = 100
_CAMERA_SECONDS = 8.0  # a USB camera may take some to give its first picture
_LITTLE_BYTES, _LEAST_BYTES = 1_000_000_000, 100_000_000
_log = logging.getLogger("kiosk.doctor")


class State(enum.Enum):
    """How serious a finding is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    check: str
    state: State
    message: str
    remedy: str = ""


def examine(check: str, look: Callable[[], Finding]) -> Finding:
    """What `look` finds; a fault that it raises is a finding too."""
    try:
        return look()
    except KioskError as error:
        return Finding(check, State.FAULT, f"{error.thing}: {error.reason}", error.remedy)
    except Exception as error:
        _log.debug("unforeseen in %s", check, exc_info=True)
        return Finding(check, State.FAULT, f"{type(error).__name__}: {error}", "run again with --debug and report it")


def examine_all(read: Callable[[], ConfigFile], source: str | None, gallery: Path | None) -> Iterator[Finding]:
    """Every part below the window, in the order in which the kiosk needs them."""
    config: ConfigFile | None = None

    def look_at_config() -> Finding:
        nonlocal config
        config = read()
        return Finding("config", State.OK, str(config.path or "built-in defaults"))

    yield examine("config", look_at_config)
    if config is None:
        # The other parts can be examined all the same, as they are without that file.
        config = ConfigFile(None)
    try:
        choices = choose(config, source=source, gallery=gallery, fast=False)
    except KioskError as error:
        yield Finding("choices", State.FAULT, f"{error.thing}: {error.reason}", error.remedy)
        return
    yield examine("camera", lambda: _camera(choices))
    if choices.demo and "demo" not in (source, config.current.camera.source):
        # The demo stands in for a camera that is not there: what matters is the door's own gallery and journal.
        choices = replace(choices, demo=False, gallery=gallery or gallery_folder(config))
    yield examine("cascade", lambda: _cascade(choices))
    yield examine("encoder", lambda: _encoder(choices))
    yield examine("gallery", lambda: _gallery(choices))
    yield examine("voice", lambda: _voice(choices))
    yield examine("journal", lambda: _journal(choices))
    yield examine("disk", lambda: _disk(choices))
    yield examine("clock", lambda: _clock(choices))


def _camera(choices: Choices) -> Finding:
    if choices.demo:
        remedy = "connect a camera, or name one with --source"
        return Finding("camera", State.WARNING, "none is used, the demo runs instead", remedy)
    with watch_camera(choices) as camera:
        frame = camera.wait(_CAMERA_SECONDS)
        if frame is None:
            fault = camera.fault or f"{source_name(choices.source)}: gives no picture"
            message, _, remedy = fault.partition("; ")
            return Finding("camera", State.FAULT, message, remedy or "connect it, or name another with --source")
    height, width = frame.image.shape[:2]
    return Finding("camera", State.OK, f"{source_name(choices.source)} gives {width} x {height} px")


def _cascade(choices: Choices) -> Finding:
    make_detector(choices.config)
    shipped_landmarks()
    return Finding("cascade", State.OK, f"detector {choices.config.current.detector} and landmark model are loaded")


def _encoder(choices: Choices) -> Finding:
    encoder = load_configured_encoder(choices.config)
    difference = golden_difference(encoder)
    golden = "no golden vector" if difference is None else f"golden vector within {difference:.0e}"
    threshold, margin = matching_numbers(choices.config.current, encoder.spec)
    message = f"{encoder.spec.name}, SHA-256 verified, {golden}, threshold {threshold:g}, margin {margin:g}"
    unused = _unused_numbers(choices.config, encoder.spec.name)
    if unused:
        remedy = "mend the name under matching: `kiosk encoders` lists them"
        return Finding("encoder", State.WARNING, "; ".join([message, *unused]), remedy)
    return Finding("encoder", State.OK, message)


def _unused_numbers(config: ConfigFile, encoder: str) -> list[str]:
    """What is to be said of names under matching: a threshold that is never used looks like one that is."""
    known = {*encoder_names(own_weights(config)), *EXPORTED}
    none = names_of_none(config.current, known)
    other = names_spelt_otherwise(config.current, encoder)
    return [
        *([f"no encoder is called {', '.join(none)}"] if none else []),
        *([f"nothing counts for {', '.join(other)}, the encoder in use is called {encoder}"] if other else []),
    ]


def _gallery(choices: Choices) -> Finding:
    encoder, landmarks = load_configured_encoder(choices.config), shipped_landmarks()
    gallery: Gallery = make_gallery(choices.config, choices.gallery, encoder, landmarks)
    gallery.load()
    found = _describe(choices.gallery, gallery.snapshot)
    advice = advice_for(name := encoder.spec.name)
    if not advice or len(gallery.snapshot.people) < MANY_PEOPLE:
        return found
    remedy = "; ".join(filter(None, (found.remedy, STRONGER_ENCODER)))
    return Finding("gallery", State.WARNING, f"{found.message}; that is many for {name}", remedy)


def _describe(folder: Path, found: GallerySnapshot) -> Finding:
    message = f"{folder}: people {len(found.people)}, pictures {len(found.templates)}, skipped {len(found.skipped)}"
    if not found.people:
        return Finding("gallery", State.WARNING, message, "add pictures with `kiosk enrol NAME PICTURE`")
    if found.skipped:
        return Finding("gallery", State.WARNING, message, "see `kiosk people` for the reasons")
    return Finding("gallery", State.OK, message)


def _voice(choices: Choices) -> Finding:
    if not choices.config.current.voice.enabled:
        return Finding("voice", State.OK, "is switched off in the configuration")
    fault = probe_voice()
    if fault is None:
        return Finding("voice", State.OK, "speaks")
    message, _, remedy = fault.removeprefix("voice: ").partition("; ")
    return Finding("voice", State.WARNING, message, remedy)


def _journal(choices: Choices) -> Finding:
    file = journal_file(choices.config, demo=choices.demo)
    journal = Journal(file)
    try:
        journal.check()
    finally:
        journal.close()
    return Finding("journal", State.OK, f"{file} can be written")


def _disk(choices: Choices) -> Finding:
    folder = journal_file(choices.config, demo=choices.demo).parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    state = State.FAULT if free < _LEAST_BYTES else State.WARNING if free < _LITTLE_BYTES else State.OK
    remedy = "" if state is State.OK else "make room: without it the journal stops, and the door stays shut"
    return Finding("disk", state, f"{free / 1e9:.1f} GB free at {folder}", remedy)


def _clock(choices: Choices) -> Finding:
    now = datetime.now(UTC)
    last = _last_entry(choices)
    if last is not None and now < last:
        message = f"stands at {now:%Y-%m-%d %H:%M:%S} UTC, before the journal's last entry of {last:%Y-%m-%d %H:%M:%S}"
        return Finding("clock", State.FAULT, message, "set the clock; the journal would be out of order")
    if _synchronised() is False:
        message = f"{now:%Y-%m-%d %H:%M:%S} UTC, not synchronised"
        return Finding("clock", State.WARNING, message, "switch time synchronisation on: timedatectl set-ntp true")
    return Finding("clock", State.OK, f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _last_entry(choices: Choices) -> datetime | None:
    journal = Journal(journal_file(choices.config, demo=choices.demo))
    try:
        entries = journal.entries(1)
    except KioskError:
        return None  # the journal's own line tells that
    finally:
        journal.close()
    return datetime.fromisoformat(entries[0].time) if entries else None


def _synchronised() -> bool | None:
    """What systemd says of the clock; None where it says nothing."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    try:
        asked = [program, "show", "--property=NTPSynchronized", "--value"]
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(answer.stdout.strip())
