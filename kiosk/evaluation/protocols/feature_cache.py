"""What pictures gave, kept from run to run, so that a second run takes seconds."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path
from typing import Final

import numpy as np

from kiosk.domain import Box, Conditions, Rejection
from kiosk.evaluation.protocols.entries import Entries, Header
from kiosk.evaluation.protocols.extractors import Extracted, Vector

_KIND: Final = "evaluation 1"  # counts up when an entry means something else


class FeatureCache:
    """What one path made of which content; see Entries."""

    def __init__(self, folder: Path, key: str) -> None:
        self._entries = Entries(folder, _KIND, key)

    def get(self, digest: str) -> Extracted | None:
        """What is known of a content by its sha256."""
        return self._entries.get(digest, _extracted)

    def put(self, digest: str, found: Extracted) -> None:
        """Remembers it, where the disk lets it."""
        own = found.template is not None and found.template is not found.probe
        vectors = [vector for vector in (found.probe, found.template if own else None) if vector is not None]
        header = {
            "probe": found.probe is not None,
            "template": "own" if own else "probe" if found.template is not None else None,
            "rejection": found.rejection and found.rejection.value,
            "box": found.box and astuple(found.box),
            "conditions": found.conditions and astuple(found.conditions),
            "milliseconds": {stage: round(spent, 3) for stage, spent in found.milliseconds.items()},
        }
        self._entries.put(digest, header, vectors)


def _extracted(header: Header, numbers: Vector) -> Extracted:
    """Raises ValueError, KeyError or TypeError for what is no entry."""
    probe, template = _vectors(header, numbers)
    return Extracted(
        template=template,
        probe=probe,
        rejection=header["rejection"] and Rejection(header["rejection"]),
        box=header["box"] and Box(*header["box"]),
        conditions=header["conditions"] and Conditions(*header["conditions"]),
        milliseconds=header["milliseconds"],
    )


def _vectors(header: Header, numbers: Vector) -> tuple[Vector | None, Vector | None]:
    if not header["probe"]:
        return None, None
    if header["template"] == "own":
        probe, template = np.split(numbers, 2)
        return probe, template
    return numbers, numbers if header["template"] == "probe" else None
