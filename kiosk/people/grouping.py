"""Which embeddings show the same person, where nobody says who it is."""

import numpy as np
from numpy.typing import NDArray

from kiosk.recognition.matching import distances


def groups(vectors: NDArray[np.float32], threshold: float) -> list[set[int]]:
    """Row numbers of (N, D), in groups connected by distances within the threshold (single linkage)."""
    found: list[set[int]] = []
    for number, vector in enumerate(vectors):
        near = set(np.flatnonzero(distances(vector, vectors[:number]) <= threshold).tolist())
        touched = [group for group in found if group & near]
        found = [group for group in found if not group & near]
        found.append({number}.union(*touched))
    return found
