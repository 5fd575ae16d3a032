"""Make every part of a station from the configuration."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kiosk.config import ConfigFile, EncoderChoice
from kiosk.domain import Scheme
from kiosk.door.doors import ScreenDoor
from kiosk.door.matching import cohort_file, comparison_of, matching_numbers
from kiosk.door.station import FrameClock, Parts, Station
from kiosk.door.supervisor import ShowProgress
from kiosk.door.visitor_keeping import VisitorKeeping
from kiosk.door.voice import Voice
from kiosk.encoders import EXPORTED, Encoder, encoder_names, encoder_paths, load_encoder
from kiosk.errors import WeightsError, did_you_mean
from kiosk.files import Stamps, shipped_weights, stamps
from kiosk.i18n import Message, Text
from kiosk.paths import cache_folder, demo_gallery, gallery_folder, journal_file, visitors_file
from kiosk.people.gallery import Gallery, GalleryWatch
from kiosk.people.register import PeopleRegister, people_file
from kiosk.people.snapshot import GallerySnapshot
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
from kiosk.vision.yunet import DETECTOR, YuNetDetector, detector_content, detector_paths
from kiosk.weights.specs import spec_names

HAAR = "haar"


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of the command line, beside the configuration.

    Attributes:
        source: the camera, recording or demo, from `--source` or the configuration.
        demo: the source is the demo scene; it has a journal of its own.
        recording: the source is a file or folder, which ends.
        fast: a recording is read as fast as it is processed, with its own time as the clock, and without a voice.
    """

    config: ConfigFile
    gallery: Path
    source: str
    demo: bool = False
    recording: bool = False
    fast: bool = False


def choose(config: ConfigFile, *, source: str | None, gallery: Path | None, fast: bool) -> Choices:
    """Return the choices; the source "auto" becomes the first camera, or the demo if there is none."""
    wanted = source if source is not None else str(config.current.camera.source)
    found = stable_name((first_camera() or "demo") if wanted == "auto" else wanted)
    demo = found == "demo"
    own = demo_gallery() if demo else gallery_folder(config)
    return Choices(config, gallery or own, found, demo, is_recording(found), fast)


def require_source(source: str) -> None:
    """Raise CameraError if a recording cannot be opened; a camera may be plugged in later."""
    if source != "auto" and is_recording(source):
        open_source(source).close()


def open_frames(choices: Choices) -> Source:
    """Open the source; raises CameraError."""
    camera = choices.config.current.camera
    return open_source(
        choices.source, fast=choices.fast, width=camera.width_px, height=camera.height_px, rate_hz=camera.rate_hz
    )


def watch_camera(choices: Choices) -> WatchedCamera:
    """Return the source with its watchdog."""
    lost_after_seconds = choices.config.current.camera.lost_after_seconds
    return WatchedCamera(lambda: open_frames(choices), lost_after_seconds=lost_after_seconds)


def weights_folders(config: ConfigFile) -> list[Path]:
    """Return the folders of encoders and detectors: the user's own, then the shipped one."""
    return [own_weights(config), shipped_weights()]


def own_weights(config: ConfigFile) -> Path:
    """Return the folder of the user's encoders and detectors."""
    folder = config.below(config.current.weights)
    # Only resolved if it has "..": a link may be set to another folder while the kiosk runs.
    return Path(os.path.realpath(folder)) if ".." in folder.parts else folder


def make_detector(config: ConfigFile) -> FaceDetector:
    """Return the configured detector; raises ConfigError if the name is unknown, else a KioskError."""
    return _detector_maker(config)()


def _detector_maker(config: ConfigFile) -> Callable[[], FaceDetector]:
    """Return a function that makes the same detector, even after its file has changed."""
    name, folders = config.current.detector, weights_folders(config)
    if name == HAAR:
        return HaarDetector
    otherwise = Message("use {name}, or a detector whose spec lies in {folder}", name=HAAR, folder=folders[0])
    _require_known(config, "detector", name, [HAAR, *spec_names(folders, DETECTOR)], otherwise)
    content = detector_content(name, folders)
    return lambda: YuNetDetector(name, content)


def load_configured_encoder(config: ConfigFile) -> Encoder:
    """Return the configured encoder; raises ConfigError if the name is unknown, else EncoderError."""
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


def _watched(config: ConfigFile) -> Stamps:
    """Return stamps of the files of encoder and detector, and the files of the user that would replace them."""
    own, detector = own_weights(config), config.current.detector
    names = _names(config.current.encoder)
    looks = [partial(encoder_paths, name, own) for name in names]
    if detector != HAAR:
        looks.append(partial(detector_paths, detector, weights_folders(config)))
    paths = [own / cohort_file("+".join(names))]
    for look in looks:
        with suppress(WeightsError, OSError):  # loading tells what is missing
            paths += look()
    return stamps([*paths, *(own / path.name for path in paths)])


def make_landmarks() -> LandmarkFinder:
    """Return the landmark finder for photographs; raises KioskError."""
    return CheckedLandmarks(shipped_landmarks())


def live_landmarks(encoder: Encoder) -> LandmarkFinder:
    """Return the landmark finder for live frames: a plain one if the encoder also needs other landmarks."""
    alone = any(needs(crop) == (Scheme.DLIB,) for crop in encoder.spec.crops)
    return make_landmarks() if alone else shipped_landmarks()


def photograph_reader(config: ConfigFile, encoder: Encoder, landmarks: LandmarkFinder) -> PhotographReader:
    """Return a reader of photographs; for one thread."""
    return PhotographReader(make_detector(config), FaceEncoder(landmarks, encoder, PHOTOGRAPH))


def make_gallery(config: ConfigFile, folder: Path, encoder: Encoder, landmarks: LandmarkFinder) -> Gallery:
    """Return the gallery of an image folder, not loaded yet."""
    # Readers are made later, in other threads: all must use the same detector.
    detector = _detector_maker(config)

    def reader() -> PhotographReader:
        return PhotographReader(detector(), FaceEncoder(landmarks, encoder, PHOTOGRAPH))

    first = reader()
    # Safe in several threads: only one of them gets the first reader.
    made = iter([first])
    return Gallery(
        folder,
        lambda: (next(made, None) or reader()).one,
        encoder.spec.name,
        first.key,
        cache_folder(),
        workers=config.current.threads,
    )


def _purge_visitors(config: ConfigFile) -> None:
    """Delete the faces of refused visitors whose time is up, those of the demo too."""
    for demo in (False, True):
        with closing(VisitorKeeping(VisitorStore(visitors_file(demo=demo)))) as visitors:
            visitors.hours = config.current.reception.keep_refused_hours
            visitors.purge()


def _make_recogniser(config: ConfigFile, encoder: Encoder, snapshot: GallerySnapshot) -> Recogniser:
    current = config.current
    threshold, margin = matching_numbers(current.matching, encoder.spec, len(snapshot.people))
    return Recogniser(
        make_detector(config),
        FaceEncoder(live_landmarks(encoder), encoder, Gates(**current.quality.model_dump())),
        snapshot,
        threshold=threshold,
        margin=margin,
        comparison=comparison_of(current.path, encoder.spec, weights_folders(config)),
        pooling_frames=current.path.pooling_frames,
    )


def build_station(choices: Choices, progress: ShowProgress) -> Station:
    """Load encoder and gallery, and start a station with the configuration as it is now; raises KioskError.

    This takes seconds if the gallery is large.
    """
    config = choices.config
    config.changed()  # the station shows a fault, and works with the configuration that was in force
    _purge_visitors(config)  # even if the station cannot be built
    progress("encoder", 0, 1)
    files = _watched(config)  # first: a file that is replaced while it is loaded has changed
    encoder = load_configured_encoder(config)
    landmarks = make_landmarks()
    progress("encoder", 1, 1)
    gallery = make_gallery(config, choices.gallery, encoder, landmarks)
    gallery.load(lambda done, total: progress("gallery", done, total))
    recogniser = _make_recogniser(config, encoder, gallery.snapshot)
    photographs = photograph_reader(config, encoder, landmarks)
    clock = FrameClock() if choices.fast else time.monotonic
    with ExitStack() as undo:  # nothing is left running if the station cannot be made
        parts = Parts(
            recogniser=recogniser,
            encode_picture=photographs.one,
            gallery=undo.enter_context(closing(GalleryWatch(gallery))),
            journal=undo.enter_context(closing(Journal(journal_file(config, demo=choices.demo)))),
            people=PeopleRegister(people_file(choices.gallery)),
            visitors=VisitorKeeping(VisitorStore(visitors_file(demo=choices.demo))),
            door=ScreenDoor(clock),
            voice=undo.enter_context(closing(Voice(enabled=config.current.voice.enabled and not choices.fast))),
            encoder=encoder.spec,
            clock=clock,
            files=files,
        )
        station = Station(config, parts, silent=choices.fast)
        undo.pop_all()
    return station
