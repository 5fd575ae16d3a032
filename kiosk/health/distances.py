"""One sentence about a plot of distances."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.domain import Conditions, Rejection
from kiosk.i18n import QT_TRANSLATE_NOOP, number, translate
from kiosk.names import person_key
from kiosk.store.journal import JournalEntry
from kiosk.vision.quality import USUAL

_LITTLE = 0.05  # of a distance: what another picture, or a slightly higher threshold, makes up for
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Point:
    """One decision of the plot."""

    row: int  # its number in the journal
    at: float  # s since 1970
    distance: float
    threshold: float
    granted: bool
    conditions: Conditions | None
    encoder: str

    @property
    def above(self) -> bool:
        """Return whether the distance is above the threshold."""
        return self.distance > self.threshold

    @property
    def remarks(self) -> tuple[Rejection, ...]:
        """Return what was unusual about the picture."""
        return USUAL.remarks(self.conditions) if self.conditions is not None else ()


def points_of(entries: Sequence[JournalEntry], person: str | None) -> list[Point]:
    """Return the distances to the person, or to anybody, oldest first.

    Those of the newest row's encoder alone: two encoders measure differently.
    """
    points = []
    for entry in entries:
        wanted = person is None or person_key(entry.person or "") == person_key(person)
        if wanted and entry.distance is not None and entry.threshold is not None:
            granted, at = entry.outcome == "granted", entry.moment.timestamp()
            numbers = entry.distance, entry.threshold
            points.append(Point(entry.id, at, *numbers, granted, entry.conditions, entry.encoder))
    points.sort(key=lambda point: point.at)
    return [point for point in points if point.encoder == points[-1].encoder]


_CAUSES = {
    Rejection.TOO_DARK: QT_TRANSLATE_NOOP(
        "journal", "Distances lie above the threshold only where the picture was dark: more light would help."
    ),
    Rejection.TOO_BRIGHT: QT_TRANSLATE_NOOP(
        "journal", "Distances lie above the threshold only where the picture was bright: less light would help."
    ),
    Rejection.TOO_BLURRED: QT_TRANSLATE_NOOP(
        "journal",
        "Distances lie above the threshold only where the picture was blurred: clean and focus the camera, or "
        "give it more light.",
    ),
    Rejection.TOO_SMALL: QT_TRANSLATE_NOOP(
        "journal",
        "Distances lie above the threshold only where the face was small: people stand too far from the camera.",
    ),
    Rejection.OFF_POSE: QT_TRANSLATE_NOOP(
        "journal",
        "Distances lie above the threshold only where the face was turned aside: people do not look at the camera.",
    ),
}


def insight(points: Sequence[Point]) -> str:
    """Return one sentence about the cause: threshold, light, or the enrolled pictures."""
    above = [point for point in points if point.above]
    if not points:
        return translate("journal", "No decisions with a distance match these filters.")
    if not above:
        nearest = min(point.threshold - point.distance for point in points)
        return translate(
            "journal", "Every distance lies within the threshold; the largest leaves {room} to it."
        ).format(room=number(nearest, 2))
    cause = _common_remark(above, [point for point in points if not point.above])
    if cause is not None:
        return translate("journal", _CAUSES[cause])
    excess = max(point.distance - point.threshold for point in above)
    if excess <= _LITTLE:
        return translate(
            "journal",
            "Some distances lie above the threshold, by {excess} at most: more pictures of the person, or a slightly "
            "higher threshold, would let them pass.",
        ).format(excess=number(excess, 2))
    if len(above) > _MOST * len(points):
        return translate(
            "journal",
            "Most distances lie far above the threshold though the pictures were good: this was somebody else, or the "
            "enrolled pictures do not look like the person any more.",
        )
    return translate(
        "journal",
        "Some distances lie far above the threshold though the pictures were good: these may have been other people.",
    )


def _common_remark(above: Sequence[Point], within: Sequence[Point]) -> Rejection | None:
    """Return a remark that all pictures above the threshold share and most of the others do not."""
    counts = Counter(remark for point in above for remark in point.remarks)
    for remark, count in counts.most_common():
        elsewhere = sum(remark in point.remarks for point in within)
        if count == len(above) and elsewhere <= _MOST * len(within):
            return remark
    return None
