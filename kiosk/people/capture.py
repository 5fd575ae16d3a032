"""Capture: takes pictures of a person from the running camera, with guidance and an automatic shutter."""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kiosk.domain import Box, ByteImage, Frame, Observation, Rejection, TrackedFace, nearest_face
from kiosk.people.enrolment import Examined, Offered, examine
from kiosk.people.templates import EncodePicture
from kiosk.vision.alignment import quality_chip
from kiosk.vision.landmarks import Pose, pose_of
from kiosk.vision.pictures import as_jpeg
from kiosk.vision.quality import DARK_GLASSES, shade_of_the_eyes


class Shot(enum.Enum):
    """The pictures of a person, in this order; left and right are the person's own."""

    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    AGAIN = "again"  # straight once more; without glasses, or with them


class CaptureHint(enum.Enum):
    """A request to the person."""

    NO_FACE = "no_face"  # step in front of the camera
    ONE_PERSON = "one_person"
    CLOSER = "closer"
    FURTHER = "further"
    CENTRE = "centre"
    MORE_LIGHT = "more_light"
    LESS_LIGHT = "less_light"
    UNCOVER_FACE = "uncover_face"
    LOOK_STRAIGHT = "look_straight"
    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    LOOK_UP = "look_up"
    HOLD_STILL = "hold_still"


_TURNS = (CaptureHint.TURN_LEFT, CaptureHint.TURN_RIGHT)
POSE_HINTS = frozenset({CaptureHint.LOOK_STRAIGHT, *_TURNS, CaptureHint.LOOK_UP})


@dataclass(frozen=True, slots=True)
class CaptureGates:
    """The limits for pictures to enrol; stricter than at the door, where bad frames do not stay.

    Light and sharpness as in vision.quality; poses in parts of the distance between the eyes, see Pose. On 682
    pictures of LFW's development view nine in ten lie between -0.22 and 0.16 aside: a face that looks ahead is within
    0.16, and 0.08 more is a turn of about 12 degrees.
    """

    min_face_px: int = 100
    min_face_share: float = 0.17  # of the frame's height
    max_face_share: float = 0.62
    min_light: float = 60.0
    max_light: float = 195.0
    min_sharpness: float = 10.0
    straight: float = 0.16
    turned: float = 0.08  # further aside than in the straight picture
    too_far_aside: float = 0.34
    raised: float = 0.94  # the nose's drop, in parts of that in the straight picture
    off_centre: float = 0.24  # of the frame's size
    second_face: float = 0.5  # of the largest face's width: smaller ones are passers-by in the background

    def lenient(self) -> CaptureGates:
        """Return gates for any pose that the door takes, for people or cameras that cannot do better."""
        return replace(self, straight=0.42, turned=-1.0, too_far_aside=0.42, raised=10.0)


def hint_for(
    image: ByteImage, faces: Sequence[TrackedFace], shot: Shot, straight: Pose | None, gates: CaptureGates
) -> CaptureHint | None:
    """Return what is in the way of a picture of `image`, (H, W, 3) BGR; `straight` = the pose in the first picture."""
    subject = nearest_face(faces)
    if subject is None:
        return CaptureHint.NO_FACE
    box = subject.face.box
    if sum(face.face.box.width >= gates.second_face * box.width for face in faces) > 1:
        return CaptureHint.ONE_PERSON
    sharpness = subject.conditions.sharpness if subject.conditions else None
    is_blurred = subject.rejection is not None or sharpness is None or sharpness < gates.min_sharpness
    return (
        _about_place(box, image.shape[1], image.shape[0], gates)
        or _about_light(image, subject, gates)
        or _about_pose(subject, shot, straight, gates)
        or (CaptureHint.HOLD_STILL if is_blurred else None)
    )


def _about_place(box: Box, width: int, height: int, gates: CaptureGates) -> CaptureHint | None:
    size = min(box.width, box.height)
    if size < max(gates.min_face_px, gates.min_face_share * height):
        return CaptureHint.CLOSER
    if size > gates.max_face_share * height:
        return CaptureHint.FURTHER
    x, y = box.centre
    # More is allowed above and below: tall and small people cannot change where the camera hangs.
    aside, above = abs(x / width - 0.5), abs(y / height - 0.5)
    return CaptureHint.CENTRE if aside > gates.off_centre or above > gates.off_centre + 0.06 else None


def _about_light(image: ByteImage, subject: TrackedFace, gates: CaptureGates) -> CaptureHint | None:
    light = subject.conditions.light if subject.conditions else None
    if subject.rejection is Rejection.TOO_DARK or (light is not None and light < gates.min_light):
        return CaptureHint.MORE_LIGHT
    if subject.rejection is Rejection.TOO_BRIGHT or (light is not None and light > gates.max_light):
        return CaptureHint.LESS_LIGHT
    is_measured = light is not None and subject.face.landmarks is not None
    is_covered = is_measured and shade_of_the_eyes(quality_chip(image, subject.face)) < DARK_GLASSES
    return CaptureHint.UNCOVER_FACE if is_covered else None


def _about_pose(subject: TrackedFace, shot: Shot, straight: Pose | None, gates: CaptureGates) -> CaptureHint | None:
    pose = pose_of(subject.face.landmarks) if subject.face.landmarks is not None else None
    if pose is None:
        return CaptureHint.LOOK_STRAIGHT
    if shot in {Shot.LEFT, Shot.RIGHT}:
        onwards, back = _TURNS if shot is Shot.LEFT else _TURNS[::-1]
        sign = 1 if shot is Shot.LEFT else -1
        turned = sign * (pose.aside - (straight.aside if straight else 0.0))
        if sign * pose.aside > gates.too_far_aside:
            return back
        # `not >=` so that NaN is no turn.
        return onwards if not turned >= gates.turned or sign * pose.aside < -gates.too_far_aside else None
    if not abs(pose.aside) <= gates.straight:
        return CaptureHint.LOOK_STRAIGHT
    is_level = shot is Shot.UP and straight and not pose.nose_drop <= straight.nose_drop * gates.raised
    return CaptureHint.LOOK_UP if is_level else None


HOLD_SECONDS = 0.5  # for which all must be right before the picture is taken
SETTLE_SECONDS = 0.7  # to read the request before the next picture
SETTLE_AGAIN_SECONDS = 3.0  # to take glasses off
PATIENCE_SECONDS = 6.0  # after which any pose will do
_STILL = 0.1  # of the face's width: the largest movement from frame to frame
_AROUND = 0.75  # of the face's size, on each side, so that the detector finds it again
_LONGEST_GAP_SECONDS = 0.5  # between two frames; time before a longer gap does not count


@dataclass(frozen=True, slots=True, eq=False)
class CaptureState:
    """The progress of a capture."""

    number: int  # of the wanted picture, from 0; of the last one when all are there
    taken: tuple[Examined | None, ...]  # one for each shot, good enough for the gallery
    hint: CaptureHint | None = None  # what is in the way of the next picture
    share: float = 0.0  # of HOLD_SECONDS, 0 to 1
    box: Box | None = None  # the face whose pictures are taken
    fault: str = ""  # why there will be no more pictures

    @property
    def shot(self) -> Shot:
        """The wanted picture."""
        return tuple(Shot)[self.number]

    @property
    def done(self) -> bool:
        """Return whether every picture is there."""
        return all(taken is not None for taken in self.taken)


class CaptureSession:
    """Takes the pictures of one person, in the recognition thread."""

    def __init__(self) -> None:
        self.state = CaptureState(0, (None,) * len(Shot))
        self._straight: Pose | None = None
        self._subject: TrackedFace | None = None
        self._seen_at = math.inf  # seconds, of the last frame
        self._begin()

    def _begin(self) -> None:
        """Start to wait for the next picture."""
        self._settled = self._held = self._waited = 0.0
        self._best: tuple[float, Frame, TrackedFace] | None = None
        self._refusal: CaptureHint | None = None

    @property
    def track(self) -> int | None:
        """The track of the person."""
        return self._subject.track if self._subject is not None else None

    def retake(self, number: int) -> None:
        """Discard one picture; it is taken next."""
        taken = self._with(number, None)
        self.state = replace(self.state, number=_first_missing(taken), taken=taken, hint=None, share=0.0)
        self._begin()

    def update(self, frame: Frame, observation: Observation, encode: EncodePicture) -> CaptureState:
        """Process the next frame; take a picture if all is right for long enough.

        `encode` encodes the picture as the gallery will; what it raises, this raises.
        """
        if observation.repeated:
            return self.state
        before, self._subject = self._subject, nearest_face(observation.faces)
        box = self._subject.face.box if self._subject is not None else None
        if self.state.done:
            self.state = replace(self.state, hint=None, share=0.0, box=box)
            return self.state
        passed = frame.captured_at - self._seen_at
        self._seen_at = frame.captured_at
        if not 0 <= passed <= _LONGEST_GAP_SECONDS:  # a gap, or a jump of the clock
            passed = 0.0
        hint = self._hint(frame, observation, before, passed)
        taken = self.state.taken
        if hint is None:
            taken = self._hold(frame, passed, encode)
        else:
            self._held, self._best, self._refusal = 0.0, None, None
            self._settled += passed if hint is not CaptureHint.NO_FACE else 0.0
        hint = self._refusal or hint
        share = 0.0 if hint is not None else min(self._held / HOLD_SECONDS, 1.0)
        self.state = CaptureState(_first_missing(taken), taken, hint, share, box)
        return self.state

    def _hint(
        self, frame: Frame, observation: Observation, before: TrackedFace | None, passed: float
    ) -> CaptureHint | None:
        gates = CaptureGates().lenient() if self._waited >= PATIENCE_SECONDS else CaptureGates()
        hint = hint_for(frame.image, observation.faces, self.state.shot, self._straight, gates)
        if hint is None and not _is_still(before, self._subject):
            return CaptureHint.HOLD_STILL
        if hint in POSE_HINTS:
            self._waited += passed
        return hint

    def _hold(self, frame: Frame, passed: float, encode: EncodePicture) -> tuple[Examined | None, ...]:
        """Count a frame in which all is right; return the pictures after it."""
        self._settled += passed
        subject = self._subject
        settle_seconds = SETTLE_AGAIN_SECONDS if self.state.shot is Shot.AGAIN else SETTLE_SECONDS
        if subject is None or self._settled < settle_seconds:
            return self.state.taken
        self._refusal = None
        self._held += passed if self._best is not None else 0.0
        sharpness = (subject.conditions.sharpness if subject.conditions else None) or 0.0
        if self._best is None or sharpness > self._best[0]:
            self._best = sharpness, frame, subject
        if self._held < HOLD_SECONDS:
            return self.state.taken
        return self._take(*self._best[1:], encode)

    def _take(self, frame: Frame, subject: TrackedFace, encode: EncodePicture) -> tuple[Examined | None, ...]:
        """Take the best of the right frames, unless the gallery could not use it."""
        shot, number = self.state.shot, self.state.number
        height, width = frame.image.shape[:2]
        around = subject.face.box.grown(_AROUND, width, height)
        content = as_jpeg(around.cut(frame.image))
        picture = examine(Offered(f"{shot.value}.jpg", content), encode)
        self._begin()
        if picture.embedding is None:
            self._refusal = CaptureHint.HOLD_STILL
            return self.state.taken
        if shot is Shot.STRAIGHT and subject.face.landmarks is not None:
            self._straight = pose_of(subject.face.landmarks)
        return self._with(number, picture)

    def _with(self, number: int, one: Examined | None) -> tuple[Examined | None, ...]:
        return (*self.state.taken[:number], one, *self.state.taken[number + 1 :])


def _first_missing(taken: tuple[Examined | None, ...]) -> int:
    return next((index for index, one in enumerate(taken) if one is None), len(taken) - 1)


def _is_still(before: TrackedFace | None, now: TrackedFace | None) -> bool:
    if before is None or now is None or before.track != now.track:
        return False
    (x, y), (old_x, old_y) = now.face.box.centre, before.face.box.centre
    return max(abs(x - old_x), abs(y - old_y)) <= _STILL * now.face.box.width
