"""Builds the parts from the configuration: the one place, beside the window, where its values are handed out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from kiosk.config import ConfigFile, EncoderChoice, QualitySection
from kiosk.domain import Scheme
from kiosk.door.doors import ScreenDoor
from kiosk.door.matching import cohort_file, comparison_of, matching_numbers
from kiosk.door.station import FrameClock, Parts, Station, WatchedFiles
from kiosk.door.visitor_keeping import VisitorKeeping
from kiosk.door.voice import Voice
from kiosk.encoders import EXPORTED, Encoder, EncoderSpec, encoder_names, encoder_paths, load_encoder
from kiosk.errors import ConfigError, WeightsError, did_you_mean
from kiosk.files import shipped_weights
from kiosk.i18n import Message, Text
from kiosk.paths import cache_folder, demo_gallery, gallery_folder, journal_file, visitors_file
from kiosk.people.gallery import Gallery, GalleryWatch
from kiosk.people.register import PeopleRegister, people_file
from kiosk.people.visitors import VisitorStore
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.pipeline import PhotographReader, Recogniser
from kiosk.store.journal import Journal
from kiosk.vision.alignment import needs
from kiosk.vision.camera import WatchedCamera
from kiosk.vision.capture import first_camera, stable_name
from kiosk.vision.detector import FaceDetector, HaarDetector
from kiosk.vision.landmarks import CheckedLandmarks, LandmarkFinder, shipped_landmarks
from kiosk.vision.quality import PHOTOGRAPH, Gates
from kiosk.vision.source import Source
from kiosk.vision.sources import is_recording, open_source
from kiosk.vision.yunet import YuNetDetector
from kiosk.weights.catalogue import KIND as DETECTOR
from kiosk.weights.catalogue import detector_content, detector_paths
from kiosk.weights.specs import spec_names

ShowProgress: TypeAlias = Callable[[str, int, int], None]  # what, done, total

HAAR = "haar"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the command line decides beside the configuration.

    Attributes:
        source: as `--source`, or as the configuration has it.
        demo: the source is the demo scene; its journal is not the door's.
        recording: the source is a file or folder, which ends.
        fast: a recording is read as fast as it is processed, with its own time as the clock, and in silence.
    """

    config: ConfigFile
    gallery: Path
    source: str
    demo: bool = False
    recording: bool = False
    fast: bool = False


def choose(config: ConfigFile, *, source: str | None, gallery: Path | None, fast: bool) -> Choices:
    """Settles what is left open: the first camera, or the demo where there is none."""
    wanted = source if source is not None else str(config.current.camera.source)
    found = (first_camera() or "demo") if wanted == "auto" else wanted
    found = stable_name(found)
    demo = found == "demo"
    own = demo_gallery() if demo else gallery_folder(config)
    return Choices(config, gallery or own, found, demo, is_recording(found), fast)


def require_source(choices: Choices) -> None:
    """Raises CameraError where a recording cannot be opened: nobody will plug it in later, as with a camera."""
    if choices.recording:
        open_frames(choices).close()


def open_frames(choices: Choices) -> Source:
    """Opens the source; raises CameraError."""
    camera = choices.config.current.camera
    return open_source(
        choices.source, fast=choices.fast, width=camera.width_px, height=camera.height_px, rate_hz=camera.rate_hz
    )


def watch_camera(choices: Choices) -> WatchedCamera:
    """The source behind its watchdog."""
    lost_after_seconds = choices.config.current.camera.lost_after_seconds
    return WatchedCamera(lambda: open_frames(choices), lost_after_seconds=lost_after_seconds)


def weights_folders(config: ConfigFile) -> list[Path]:
    """Where encoders and detectors are looked for: the user's own folder, then what is shipped."""
    return [own_weights(config), shipped_weights()]


def own_weights(config: ConfigFile) -> Path:
    """The folder of the user's encoders and detectors."""
    folder = config.below(config.current.weights)
    # A link that is set to another folder while the kiosk runs is followed, so only what reads badly is resolved.
    return Path(os.path.realpath(folder)) if ".." in folder.parts else folder


def make_detector(config: ConfigFile) -> FaceDetector:
    """The detector of the configuration; raises ConfigError where there is none of that name, else a KioskError."""
    return _detector_maker(config)()


def _detector_maker(config: ConfigFile) -> Callable[[], FaceDetector]:
    """Makes the same detector again and again, whatever becomes of configuration and file; raises as make_detector."""
    name, folders = config.current.detector, weights_folders(config)
    if name == HAAR:
        return HaarDetector
    otherwise = Message("use {name}, or a detector whose spec lies in {folder}", name=HAAR, folder=folders[0])
    _require_known(config, "detector", name, [HAAR, *spec_names(folders, DETECTOR)], otherwise)
    content = detector_content(name, folders)
    return lambda: YuNetDetector(name, content)


def load_configured_encoder(config: ConfigFile) -> Encoder:
    """The encoder of the configuration; raises ConfigError where there is none of that name, else EncoderError."""
    choice, own = config.current.encoder, own_weights(config)
    known = [*encoder_names(own), *EXPORTED]
    otherwise = Message("see `kiosk encoders`; specs are looked for in {folder}", folder=own)
    for name in _names(choice):
        _require_known(config, "encoder", name, known, otherwise)
    return load_encoder(choice, config.current.threads, own)


def _names(choice: EncoderChoice) -> list[str]:
    return [choice] if isinstance(choice, str) else list(choice)


def _require_known(config: ConfigFile, key: str, name: str, known: Collection[str], otherwise: Text) -> None:
    if name not in known:
        raise config.fault(key, Message("{name!r} is not known", name=name), did_you_mean(name, known, otherwise))


def _watched(config: ConfigFile) -> WatchedFiles:
    """The files that encoder and detector are made of, and those of the user that would take their place."""
    own, detector = own_weights(config), config.current.detector
    names = _names(config.current.encoder)
    looks = [partial(encoder_paths, name, own) for name in names]
    if detector != HAAR:
        looks.append(partial(detector_paths, detector, weights_folders(config)))
    paths = [own / cohort_file("+".join(names))]
    for look in looks:
        with suppress(WeightsError, OSError):  # what is missing or cannot be read is told by what loads it
            paths += look()
    return WatchedFiles([*paths, *(own / path.name for path in paths)])


def make_landmarks() -> LandmarkFinder:
    """Return the landmark finder for photographs; raises KioskError."""
    return CheckedLandmarks(shipped_landmarks())


def live_landmarks(encoder: Encoder) -> LandmarkFinder:
    """Return the landmark finder for live frames: a plain one if the encoder's points come from another model too."""
    alone = any(needs(crop) == (Scheme.DLIB,) for crop in encoder.spec.crops)
    return make_landmarks() if alone else shipped_landmarks()


def photograph_reader(config: ConfigFile, encoder: Encoder, landmarks: LandmarkFinder) -> PhotographReader:
    """Return what reads gallery pictures; for one thread."""
    return PhotographReader(make_detector(config), FaceEncoder(landmarks, encoder, PHOTOGRAPH))


def make_gallery(config: ConfigFile, folder: Path, encoder: Encoder, landmarks: LandmarkFinder) -> Gallery:
    """The image folder, not loaded yet."""
    # Its readers are made later and in other threads: none may read otherwise than its templates were.
    detector = _detector_maker(config)

    def reader() -> PhotographReader:
        return PhotographReader(detector(), FaceEncoder(landmarks, encoder, PHOTOGRAPH))

    first = reader()
    # Safe in several threads: an iterator over one item gives it to one of them.
    made = iter([first])
    return Gallery(
        folder,
        lambda: (next(made, None) or reader()).one,
        encoder.spec.name,
        first.key,
        cache_folder(),
        workers=config.current.threads,
    )


def build_station(choices: Choices, progress: ShowProgress) -> Station:
    """Loads encoder and gallery, seconds for a large one; raises KioskError.

    Called again, it takes over what the configuration says by then.
    """
    config = choices.config
    with suppress(ConfigError):  # the station tells it, and works with what was in force
        config.changed()
    _purge_visitors(config)
    progress("encoder", 0, 1)
    files = _watched(config)  # first: what is replaced while it is loaded has changed
    encoder, detector = load_configured_encoder(config), make_detector(config)
    landmarks = make_landmarks()
    progress("encoder", 1, 1)
    gallery = make_gallery(config, choices.gallery, encoder, landmarks)
    gallery.load(lambda done, total: progress("gallery", done, total))
    threshold, margin = matching_numbers(config.current, encoder.spec, len(gallery.snapshot.people))
    comparison = comparison_of(config.current.path, encoder.spec, weights_folders(config))
    recogniser = Recogniser(
        detector,
        FaceEncoder(live_landmarks(encoder), encoder, _gates(config.current.quality)),
        gallery.snapshot,
        threshold=threshold,
        margin=margin,
        comparison=comparison,
        pooling_frames=config.current.path.pooling_frames,
    )
    return _started(choices, recogniser, gallery, encoder.spec, files)


def _purge_visitors(config: ConfigFile) -> None:
    """Also of the demo, and also where the station cannot be built: the time of a face is up all the same."""
    for demo in (False, True):
        with closing(VisitorKeeping(VisitorStore(visitors_file(demo=demo)))) as visitors:
            visitors.hours = config.current.reception.keep_refused_hours
            visitors.purge()


def _started(
    choices: Choices, recogniser: Recogniser, gallery: Gallery, encoder: EncoderSpec, files: WatchedFiles
) -> Station:
    """The station with what runs beside it; nothing is left running where it cannot be made."""
    config = choices.config
    clock = FrameClock() if choices.fast else time.monotonic
    with ExitStack() as undo:
        parts = Parts(
            recogniser=recogniser,
            gallery=undo.enter_context(closing(GalleryWatch(gallery))),
            journal=undo.enter_context(closing(Journal(journal_file(config, demo=choices.demo)))),
            people=PeopleRegister(people_file(choices.gallery)),
            visitors=VisitorKeeping(VisitorStore(visitors_file(demo=choices.demo))),
            door=ScreenDoor(clock),
            voice=undo.enter_context(closing(Voice(enabled=config.current.voice.enabled and not choices.fast))),
            encoder=encoder,
            clock=clock,
            files=files,
        )
        station = Station(config, parts, silent=choices.fast)
        undo.pop_all()
    return station


def _gates(quality: QualitySection) -> Gates:
    return Gates(**quality.model_dump())
