"""The demo scene: two people walk up to the camera of an empty corridor, one after the other and together."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from kiosk.domain import ByteImage, Frame
from kiosk.resources import asset
from kiosk.vision.opencv import cv2
from kiosk.vision.sources.figures import Figure, Outfit, Pose
from kiosk.vision.sources.hallway import FOCAL_PX, HEIGHT_PX, WIDTH_PX, draw_hallway, project
from kiosk.vision.sources.pace import Pace
from kiosk.vision.sources.source import Source

RATE_HZ = 30
CYCLE_SECONDS = 26.0
_FAR_METRES = 5.0
_FACE_METRES = {"grace_hopper": 0.170, "eileen_collins": 0.140}  # what the detector boxes, not the whole head
_NOISE_LEVELS = 3.0
_NOISE_ROOM_PX = 128  # the noise of a frame is one of 128 x 128 cuttings

_OUTFITS = {
    "grace_hopper": Outfit((266, 216), 222, 2100, (14, 511), (30, 21, 19)),
    "eileen_collins": Outfit((224, 113), 95, 1260, (24, 350), (44, 76, 196), helmet=(392, 452, 112)),
}


@dataclass(frozen=True, slots=True)
class Walk:
    """One person's way through the scene; times in s within the cycle."""

    person: str
    enters: float
    arrives: float
    leaves: float
    gone: float
    x: float  # m right of the camera while standing
    distance: float  # m from the camera while standing
    exit_side: int  # -1 left, 1 right

    def pose(self, second: float) -> Pose | None:
        """The pose at this time of the cycle, None while out of sight."""
        if not self.enters <= second < self.gone:
            return None
        walked = _eased((second - self.enters) / (self.arrives - self.enters))
        left = max(second - self.leaves, 0) / (self.gone - self.leaves)
        depth = _FAR_METRES + (self.distance - _FAR_METRES) * walked
        sway = 0.02 * math.sin(2.1 * second) + 0.01 * math.sin(3.7 * second + 1)
        step = 0.018 * abs(math.sin(5.5 * second)) * (1 - walked * (left == 0))
        x, y = project(self.x * (2 - walked) + sway + self.exit_side * 1.1 * left**2, step, depth)
        return Pose(
            x,
            y,
            face_px=FOCAL_PX * _FACE_METRES[self.person] / depth,
            turn=0.8 * math.sin(1.3 * second) + 1.5 * self.exit_side * left,
            tilt=0.03 * math.sin(1.7 * second + 2),
            light=0.78 + 0.22 * walked,
            presence=min((second - self.enters) / 0.4, 1.0),
        )


# Drawn in this order, so the nearer of two comes last.
WALKS = (
    Walk("grace_hopper", 0.4, 2.8, 6.2, 7.4, x=0.0, distance=0.60, exit_side=1),
    Walk("eileen_collins", 8.6, 11.0, 14.4, 15.6, x=0.0, distance=0.56, exit_side=-1),
    Walk("eileen_collins", 16.9, 19.2, 22.5, 23.6, x=0.19, distance=0.74, exit_side=1),
    Walk("grace_hopper", 16.6, 19.0, 22.3, 23.5, x=-0.17, distance=0.78, exit_side=-1),
)


class DemoScene(Source):
    """The scene, for ever at 30 Hz; `fast` gives one cycle with video time, like a recording of it."""

    name = "demo"

    def __init__(self, *, fast: bool) -> None:
        draw(0)  # makes the parts, so that a missing picture is a fault of opening
        self.endless = not fast
        self._pace = Pace(RATE_HZ, fast=fast)

    def read(self) -> Frame | None:
        if not self.endless and self._pace.sequence >= CYCLE_SECONDS * RATE_HZ:
            return None
        return self._pace.frame(draw(self._pace.sequence))

    def close(self) -> None:
        self._pace.stop()


def draw(index: int) -> ByteImage:
    """Frame `index` of the scene, (480, 640, 3) BGR; the same for the same index."""
    second = index / RATE_HZ % CYCLE_SECONDS
    picture = _hallway().copy()
    for walk in WALKS:
        pose = walk.pose(second)
        if pose is not None:
            _figures()[walk.person].draw_on(picture, pose)
    light = 1 + 0.06 * math.sin(index / 53) + 0.03 * math.sin(index / 17)
    brighter, darker = _noise(index)
    lit = cv2.convertScaleAbs(picture, alpha=light)
    return np.asarray(cv2.subtract(cv2.add(lit, brighter), darker), np.uint8)


def _eased(share: float) -> float:
    """0 to 1, at walking pace at first and slowing down at the end."""
    share = min(max(share, 0.0), 1.0)
    return 1 - math.pow(1 - share, 1.8)


@cache
def _hallway() -> ByteImage:
    return draw_hallway()


@cache
def _figures() -> dict[str, Figure]:
    return {
        name: Figure(asset("demo", f"{name}.jpg"), asset("demo", f"{name}_cutout.png"), outfit)
        for name, outfit in _OUTFITS.items()
    }


@cache
def _noise_sheets() -> tuple[ByteImage, ByteImage]:
    shape = (HEIGHT_PX + _NOISE_ROOM_PX, WIDTH_PX + _NOISE_ROOM_PX, 3)
    noise = np.round(np.random.default_rng(1906).normal(0, _NOISE_LEVELS, shape))
    return np.clip(noise, 0, 255).astype(np.uint8), np.clip(-noise, 0, 255).astype(np.uint8)


def _noise(index: int) -> tuple[ByteImage, ByteImage]:
    """What sensor noise adds to and takes from frame `index`; a stride prime to 128 x 128 keeps neighbours apart."""
    top, left = divmod(index * 7919 % _NOISE_ROOM_PX**2, _NOISE_ROOM_PX)
    added, taken = (sheet[top : top + HEIGHT_PX, left : left + WIDTH_PX] for sheet in _noise_sheets())
    return added, taken
