"""The pictures of one person, taken one after the other while the camera runs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk.domain import Box, Frame, Observation, TrackedFace
from kiosk.people.capture.guidance import POSE_HINTS, CaptureGates, CaptureHint, Shot, find_subject, hint_for
from kiosk.people.enrolment.examination import Examined, Offered, examine
from kiosk.people.gallery.reading import EncodePicture
from kiosk.vision.pose import Pose, pose_of
from kiosk.vision.saving import as_jpeg

HOLD_SECONDS = 0.5  # that everything has to be right before the picture is taken
SETTLE_SECONDS = 0.7  # for reading what is asked for, before the next one
SETTLE_AGAIN_SECONDS = 3.0  # for taking glasses off
PATIENCE_SECONDS = 6.0  # that a pose is asked for, before any will do
_STILL = 0.1  # of the face's width: the most that it moves from frame to frame
_AROUND = 0.75  # of the face's size, on each side: what the gallery's reader needs to find it again
_LONGEST_GAP_SECONDS = 0.5  # between two frames: what lies before a longer one does not count


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """A picture that was taken, good enough for the gallery."""

    shot: Shot
    picture: Examined


@dataclass(frozen=True, slots=True, eq=False)
class CaptureState:
    """How far it is."""

    number: int  # of the picture that is wanted now, from 0; the last one's when all are there
    taken: tuple[Taken | None, ...]  # one for each that is wanted
    hint: CaptureHint | None = None  # what is in the way of the next picture
    share: float = 0.0  # of the time that everything has to be right, 0 to 1
    box: Box | None = None  # the face whose pictures are taken
    fault: str = ""  # why there will be no more

    @property
    def done(self) -> bool:
        """Whether every picture is there."""
        return all(taken is not None for taken in self.taken)


class CaptureSession:
    """Used by the thread that recognises; `encode` reads a picture as the gallery will.

    Attributes:
        shots: the pictures that are wanted, in order.
        state: as of the last frame.
    """

    def __init__(
        self, encode: EncodePicture, shots: tuple[Shot, ...] = tuple(Shot), gates: CaptureGates | None = None
    ) -> None:
        self.shots = shots
        self.state = CaptureState(0, (None,) * len(shots))
        self._encode = encode
        self._gates = gates or CaptureGates()
        self._straight: Pose | None = None
        self._subject: TrackedFace | None = None
        self._seen_at: float | None = None
        self._begin()

    @property
    def track(self) -> int | None:
        """The track of the person whose pictures are taken."""
        return self._subject.track if self._subject is not None else None

    def retake(self, number: int) -> None:
        """Forgets one picture; it is the next to be taken."""
        taken = tuple(None if index == number else one for index, one in enumerate(self.state.taken))
        self.state = replace(self.state, number=_first_missing(taken), taken=taken, hint=None, share=0.0)
        self._begin()

    def update(self, frame: Frame, observation: Observation) -> CaptureState:
        """Looks at the next frame and takes a picture when the time has come; raises what `encode` raises."""
        if observation.repeated:
            return self.state
        before, self._subject = self._subject, find_subject(observation.faces)
        box = self._subject.face.box if self._subject is not None else None
        if self.state.done:
            self.state = replace(self.state, hint=None, share=0.0, box=box)
            return self.state
        passed = self._passed(frame.captured_at)
        hint = self._hint(frame, observation, before, passed)
        taken = self._hold(frame, passed) if hint is None else self._let_go(hint, passed)
        hint = self._refusal or hint
        self.state = CaptureState(_first_missing(taken), taken, hint, self._share(hint), box)
        return self.state

    def _begin(self) -> None:
        """Another picture is wanted now."""
        self._settled = self._held = self._waited = 0.0
        self._best: tuple[float, Frame, TrackedFace] | None = None
        self._refusal: CaptureHint | None = None

    def _passed(self, now: float) -> float:
        """Seconds since the last frame; none after a gap, nor where the clock jumps."""
        passed = now - self._seen_at if self._seen_at is not None else 0.0
        self._seen_at = now
        return passed if 0 <= passed <= _LONGEST_GAP_SECONDS else 0.0

    def _hint(
        self, frame: Frame, observation: Observation, before: TrackedFace | None, passed: float
    ) -> CaptureHint | None:
        shot = self.shots[self.state.number]
        gates = self._gates.lenient() if self._waited >= PATIENCE_SECONDS else self._gates
        hint = hint_for(frame.image, observation.faces, shot, self._straight, gates)
        if hint is None and not _is_still(before, self._subject):
            return CaptureHint.HOLD_STILL
        if hint in POSE_HINTS:
            self._waited += passed
        return hint

    def _let_go(self, hint: CaptureHint, passed: float) -> tuple[Taken | None, ...]:
        self._held, self._best, self._refusal = 0.0, None, None
        if hint is not CaptureHint.NO_FACE:
            self._settled += passed
        return self.state.taken

    def _hold(self, frame: Frame, passed: float) -> tuple[Taken | None, ...]:
        """Everything is right in this frame; the pictures there are after it."""
        self._settled += passed
        subject = self._subject
        again = self.shots[self.state.number] is Shot.AGAIN
        if subject is None or self._settled < (SETTLE_AGAIN_SECONDS if again else SETTLE_SECONDS):
            return self.state.taken
        self._refusal = None
        self._held += passed if self._best is not None else 0.0
        sharpness = (subject.conditions.sharpness if subject.conditions else None) or 0.0
        if self._best is None or sharpness > self._best[0]:
            self._best = sharpness, frame, subject
        if self._held < HOLD_SECONDS:
            return self.state.taken
        return self._take(*self._best[1:])

    def _take(self, frame: Frame, subject: TrackedFace) -> tuple[Taken | None, ...]:
        """The best frame of those that were right; one that the gallery could not use is not taken."""
        shot, number = self.shots[self.state.number], self.state.number
        height, width = frame.image.shape[:2]
        around = subject.face.box.grown(_AROUND, width, height)
        content = as_jpeg(frame.image[around.top : around.bottom, around.left : around.right])
        picture = examine(Offered(f"{shot.value}.jpg", content), self._encode)
        self._begin()
        if picture.embedding is None:
            self._refusal = CaptureHint.HOLD_STILL
            return self.state.taken
        if shot is Shot.STRAIGHT and subject.face.landmarks is not None:
            self._straight = pose_of(subject.face.landmarks)
        one = Taken(shot, picture)
        return tuple(one if index == number else each for index, each in enumerate(self.state.taken))

    def _share(self, hint: CaptureHint | None) -> float:
        return 0.0 if hint is not None else min(self._held / HOLD_SECONDS, 1.0)


def _first_missing(taken: tuple[Taken | None, ...]) -> int:
    return next((index for index, one in enumerate(taken) if one is None), len(taken) - 1)


def _is_still(before: TrackedFace | None, now: TrackedFace | None) -> bool:
    if before is None or now is None or before.track != now.track:
        return False
    (x, y), (old_x, old_y) = now.face.box.centre, before.face.box.centre
    return max(abs(x - old_x), abs(y - old_y)) <= _STILL * now.face.box.width
