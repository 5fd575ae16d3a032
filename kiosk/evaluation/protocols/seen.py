"""What the kiosk saw of a visit, before anybody was searched for: it can be replayed with any gallery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Conditions, Rejection

Vector: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SeenFace:
    """A face of a frame."""

    track: int  # as in TrackedFace
    vector: Vector | None  # (D,); None where the face was rejected
    rejection: Rejection | None
    conditions: Conditions | None


@dataclass(frozen=True, slots=True, eq=False)
class SeenFrame:
    """A processed frame."""

    at_seconds: float
    faces: tuple[SeenFace, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """Somebody before the camera."""

    person: str  # who it is in truth; a stranger's is nobody's in the gallery
    frames: tuple[SeenFrame, ...]

    @property
    def vectors(self) -> list[Vector]:
        """Of all faces, in order."""
        return [face.vector for frame in self.frames for face in frame.faces if face.vector is not None]
