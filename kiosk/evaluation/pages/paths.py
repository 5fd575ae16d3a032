"""The paths of a run: what they are called, and which of them a page speaks of first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from kiosk.evaluation.protocols.results import LfwResult, OpenSetResult, PathLabel, VisitsResult

AnyResult = TypeVar("AnyResult", LfwResult, OpenSetResult, VisitsResult)


def path_name(label: PathLabel) -> str:
    """How a path is called in tables and plots."""
    return f"{label} (peer)" if label.peer else str(label)


def subject(results: Sequence[AnyResult]) -> AnyResult:
    """The first of the kiosk's own paths; the peer where it was measured alone."""
    return next((result for result in results if not result.path.peer), results[0])
