"""What keeps a frame from being the picture that is wanted now: one thing at a time, the most useful first."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kiosk.domain import Box, ByteImage, Rejection, TrackedFace
from kiosk.vision.alignment import quality_chip
from kiosk.vision.covering import DARK_GLASSES, shade_of_the_eyes
from kiosk.vision.pose import Pose, pose_of


class Shot(enum.Enum):
    """The pictures that are taken of a person, in this order; left and right are the person's own."""

    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    AGAIN = "again"  # straight once more; without glasses, or with them


class CaptureHint(enum.Enum):
    """What the person is asked to do."""

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


POSE_HINTS = frozenset({CaptureHint.LOOK_STRAIGHT, CaptureHint.TURN_LEFT, CaptureHint.TURN_RIGHT, CaptureHint.LOOK_UP})


@dataclass(frozen=True, slots=True)
class CaptureGates:
    """What a picture to be enrolled must be like: stricter than the door, whose frames are many and soon forgotten.

    Light and sharpness as in vision.quality; poses in parts of the distance between the eyes, see vision.pose. On 682
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
        """Any pose that the door would take: for whoever cannot turn the head so, or a camera that cannot see it."""
        return replace(self, straight=0.42, turned=-1.0, too_far_aside=0.42, raised=10.0)


def find_subject(faces: Sequence[TrackedFace]) -> TrackedFace | None:
    """Whose pictures are taken: the person nearest to the camera."""
    return max(faces, key=lambda face: face.face.box.area, default=None)


def hint_for(
    image: ByteImage, faces: Sequence[TrackedFace], shot: Shot, straight: Pose | None, gates: CaptureGates
) -> CaptureHint | None:
    """None where a frame (H, W, 3) BGR is as wanted; `straight` is the pose of the person's first picture."""
    subject = find_subject(faces)
    if subject is None:
        return CaptureHint.NO_FACE
    box = subject.face.box
    if sum(face.face.box.width >= gates.second_face * box.width for face in faces) > 1:
        return CaptureHint.ONE_PERSON
    return (
        _about_place(box, image.shape[1], image.shape[0], gates)
        or _about_light(image, subject, gates)
        or _about_pose(subject, shot, straight, gates)
        or _about_sharpness(subject, gates)
    )


def _about_place(box: Box, width: int, height: int, gates: CaptureGates) -> CaptureHint | None:
    size = min(box.width, box.height)
    if size < max(gates.min_face_px, gates.min_face_share * height):
        return CaptureHint.CLOSER
    if size > gates.max_face_share * height:
        return CaptureHint.FURTHER
    x, y = box.centre
    # Mostly told apart from the sides: whoever is tall or small cannot help where the camera hangs.
    aside, above = abs(x / width - 0.5), abs(y / height - 0.5)
    return CaptureHint.CENTRE if aside > gates.off_centre or above > gates.off_centre + 0.06 else None


def _about_light(image: ByteImage, subject: TrackedFace, gates: CaptureGates) -> CaptureHint | None:
    light = subject.conditions.light if subject.conditions else None
    if subject.rejection is Rejection.TOO_DARK or (light is not None and light < gates.min_light):
        return CaptureHint.MORE_LIGHT
    if subject.rejection is Rejection.TOO_BRIGHT or (light is not None and light > gates.max_light):
        return CaptureHint.LESS_LIGHT
    if light is not None and subject.face.landmarks is not None:
        covered = shade_of_the_eyes(quality_chip(image, subject.face)) < DARK_GLASSES
        return CaptureHint.UNCOVER_FACE if covered else None
    return None


def _about_pose(subject: TrackedFace, shot: Shot, straight: Pose | None, gates: CaptureGates) -> CaptureHint | None:
    pose = pose_of(subject.face.landmarks) if subject.face.landmarks is not None else None
    if pose is None:
        return CaptureHint.LOOK_STRAIGHT
    if shot in {Shot.LEFT, Shot.RIGHT}:
        return _about_turn(pose, straight or Pose(0.0, pose.nose_drop), gates, to_the_left=shot is Shot.LEFT)
    if not abs(pose.aside) <= gates.straight:
        return CaptureHint.LOOK_STRAIGHT
    if shot is Shot.UP and straight is not None and not pose.nose_drop <= straight.nose_drop * gates.raised:
        return CaptureHint.LOOK_UP
    return None


def _about_turn(pose: Pose, straight: Pose, gates: CaptureGates, *, to_the_left: bool) -> CaptureHint | None:
    sign = 1 if to_the_left else -1
    onwards, back = CaptureHint.TURN_LEFT, CaptureHint.TURN_RIGHT
    if not to_the_left:
        onwards, back = back, onwards
    if sign * pose.aside > gates.too_far_aside:
        return back
    # Written with not >= so that a pose that is no number is none.
    if not sign * (pose.aside - straight.aside) >= gates.turned or sign * pose.aside < -gates.too_far_aside:
        return onwards
    return None


def _about_sharpness(subject: TrackedFace, gates: CaptureGates) -> CaptureHint | None:
    sharpness = subject.conditions.sharpness if subject.conditions else None
    if subject.rejection is not None or sharpness is None or sharpness < gates.min_sharpness:
        return CaptureHint.HOLD_STILL
    return None
