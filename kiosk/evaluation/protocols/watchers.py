"""Frames to what is seen in them: by the kiosk's live path, or by any other path frame by frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from kiosk.config import ConfigFile
from kiosk.domain import Frame, Rejection, TrackedFace
from kiosk.door.build import live_landmarks, load_configured_encoder, make_detector, weights_folders
from kiosk.door.matching import comparison_of, matching_numbers
from kiosk.evaluation.protocols.extractors import Extractor, KioskRecipe, Recipe, nearest_the_middle
from kiosk.evaluation.protocols.seen import SeenFace, SeenFrame
from kiosk.people.gallery.snapshot import GallerySnapshot
from kiosk.recognition.face_path import FacePath
from kiosk.recognition.matching import PLAIN, Comparison
from kiosk.recognition.pipeline import Recogniser
from kiosk.vision.quality import Gates


class Watcher(Protocol):
    """Looks at the frames of one visit after another; used by one thread."""

    @property
    def key(self) -> str:
        """Another one whenever the same frames may show something else."""

    @property
    def comparison(self) -> Comparison:
        """The way from what is seen to people."""

    @property
    def pooling_frames(self) -> int: ...

    @property
    def pooling_limit(self) -> float: ...

    def numbers(self, people: int) -> tuple[float, float]:
        """Threshold and margin in force where so many are enrolled."""

    def watch(self, frames: Iterable[Frame], *, only_middle: bool) -> Iterator[SeenFrame]:
        """What each frame shows, or of it the face nearest the middle."""


class KioskWatcher:
    """The kiosk as it stands at the door: detector, tracker, gates, encoder; nobody is enrolled.

    Attributes:
        key, comparison, pooling_frames, pooling_limit: see Watcher.
    """

    def __init__(self, config: ConfigFile) -> None:
        self._config = config
        encoder = load_configured_encoder(config)
        gates = Gates(**config.current.quality.model_dump())
        self._path = FacePath(live_landmarks(config, encoder), encoder, gates)
        self._nobody = GallerySnapshot(encoder.spec.name)
        self.comparison = comparison_of(config.current.path, encoder.spec, weights_folders(config))
        self.pooling_frames = config.current.path.pooling_frames
        self.pooling_limit = encoder.spec.threshold + encoder.spec.margin
        self.key = f"live-{make_detector(config).key}-{self._path.key}-{gates}-{encoder.spec.threshold}"

    def numbers(self, people: int) -> tuple[float, float]:
        """See Watcher."""
        return matching_numbers(self._config.current, self._path.encoder.spec, people)

    def watch(self, frames: Iterable[Frame], *, only_middle: bool) -> Iterator[SeenFrame]:
        """See Watcher."""
        threshold, margin = self.numbers(0)
        # A detector of its own: what it finds hangs on what it was shown before.
        detector = make_detector(self._config)
        recogniser = Recogniser(detector, self._path, self._nobody, threshold=threshold, margin=margin)
        for frame in frames:
            observation = recogniser.observe(frame)
            faces = observation.faces
            if only_middle and faces:
                chosen = nearest_the_middle([one.face.box for one in faces], frame.image)
                faces = () if chosen is None else (faces[chosen],)
            yield SeenFrame(frame.captured_at, tuple(_seen(one, recogniser) for one in faces))


def _seen(one: TrackedFace, recogniser: Recogniser) -> SeenFace:
    probe = recogniser.probe(one.track) if one.rejection is None else None
    return SeenFace(one.track, None if probe is None else probe.vector, one.rejection, one.conditions)


class FrameByFrame:
    """A path that knows no tracks, such as the peer's: the face in the middle of each frame is one and the same.

    Attributes:
        key, comparison, pooling_frames, pooling_limit: see Watcher.
    """

    comparison = PLAIN
    pooling_frames = 1
    pooling_limit = 0.0

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self.key = f"frames-{extractor.key}"

    def numbers(self, people: int) -> tuple[float, float]:
        """See Watcher; the same for any number."""
        return self._extractor.threshold, self._extractor.margin

    def watch(self, frames: Iterable[Frame], *, only_middle: bool) -> Iterator[SeenFrame]:
        """See Watcher; only the face nearest the middle, whatever is asked."""
        for frame in frames:
            found = self._extractor.extract(frame.image, template=False)
            nothing = found.probe is None and found.rejection in {None, Rejection.NO_FACE}
            face = SeenFace(1, found.probe, found.rejection, found.conditions)
            yield SeenFrame(frame.captured_at, () if nothing else (face,))


def watcher_of(recipe: Recipe) -> Watcher:
    """The one that sees by the path of a recipe; raises KioskError."""
    return KioskWatcher(recipe.config) if isinstance(recipe, KioskRecipe) else FrameByFrame(recipe.make())
