"""Train an encoder with the triplet loss. Needs the extra [training]."""

from typing import Literal, TypeAlias

NetworkName: TypeAlias = Literal["openface", "facenet"]
