"""What stands in the journal: a row of each kind, and what is asked for."""

import enum
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from kiosk.domain import Candidate, Conditions, Decision, Outcome, Reason


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One decision: what the door did, and the nearest people the gallery had for the face."""

    id: int
    time: str  # UTC, ISO 8601 with milliseconds
    outcome: str
    reason: str
    person: str | None  # the nearest one; let in only where the outcome is granted
    distance: float | None
    second_person: str | None
    second_distance: float | None
    threshold: float | None
    margin: float | None
    encoder: str
    frame: int
    track: int
    gallery_size: int | None
    detail: str | None
    # The picture that settled it; see Conditions. None in rows of the first schema.
    face_px: int | None = None
    light: float | None = None
    sharpness: float | None = None
    turn: float | None = None

    @property
    def moment(self) -> datetime:
        """The time, in UTC."""
        return datetime.fromisoformat(self.time)

    @property
    def conditions(self) -> Conditions | None:
        """What the picture was like, if that was written down."""
        return None if self.face_px is None else Conditions(self.face_px, self.light, self.sharpness, self.turn)


class Action(enum.Enum):
    """What the staff did."""

    SIGNED_IN = "signed_in"
    WRONG_PIN = "wrong_pin"
    LOCKED_OUT = "locked_out"
    FULL_SCREEN_LEFT = "full_screen_left"
    KIOSK_ENDED = "kiosk_ended"
    STAFF_ADDED = "staff_added"
    STAFF_REMOVED = "staff_removed"
    STAFF_RESET = "staff_reset"
    ENROLLED = "enrolled"
    PICTURES_ADDED = "pictures_added"
    PICTURES_REMOVED = "pictures_removed"
    RENAMED = "renamed"  # the subject is the name before, the detail the one after
    CHANGED = "changed"  # what is known of a person beside the pictures
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    ERASED = "erased"
    EXPORTED = "exported"
    IMPORTED = "imported"
    LOOKALIKE_ACCEPTED = "lookalike_accepted"
    VISITOR_ENROLLED = "visitor_enrolled"
    VISITOR_DISMISSED = "visitor_dismissed"
    SETTING_CHANGED = "setting_changed"
    DOOR_TESTED = "door_tested"
    VOICE_TESTED = "voice_tested"


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """One thing that the staff did."""

    id: int
    time: str  # UTC, ISO 8601 with milliseconds
    staff: str  # who; "command line" where nobody signed in, empty where nobody is known
    action: str
    subject: str | None  # the person, or the staff member, or the setting, that it was done to
    detail: str | None

    @property
    def moment(self) -> datetime:
        """The time, in UTC."""
        return datetime.fromisoformat(self.time)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which decisions are asked for; None leaves a question open."""

    person: str | None = None  # as the nearest one or the second
    outcome: Outcome | None = None
    reason: Reason | None = None
    day: date | None = None  # in local time


def stamp(moment: datetime) -> str:
    """The time as rows hold it: UTC, of equal length, so that it sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def bounds(day: date) -> tuple[str, str]:
    """From when to when, as rows hold it, a local day lasts; the end is not part of it."""
    first, last = (datetime.combine(date_, time.min).astimezone() for date_ in (day, day + timedelta(days=1)))
    return stamp(first), stamp(last)


def row_of(decision: Decision, encoder: str, now: datetime) -> JournalEntry:
    """The row of a decision; its number is given by the database."""
    identification = decision.identification
    nearest, second = _nearest(decision)
    seen = decision.conditions
    return JournalEntry(
        id=0,
        time=stamp(now),
        outcome=decision.outcome.value,
        reason=decision.reason.value,
        person=as_text(nearest.person if nearest else decision.person),
        distance=float(nearest.distance) if nearest else None,
        second_person=as_text(second.person if second else None),
        second_distance=float(second.distance) if second else None,
        threshold=float(identification.threshold) if identification else None,
        margin=float(identification.margin) if identification else None,
        encoder=encoder,
        frame=decision.sequence,
        track=decision.track,
        gallery_size=identification.gallery_size if identification else None,
        detail=as_text(decision.fault),
        face_px=seen.face_px if seen else None,
        light=seen.light if seen else None,
        sharpness=seen.sharpness if seen else None,
        turn=seen.turn if seen else None,
    )


def _nearest(decision: Decision) -> tuple[Candidate | None, Candidate | None]:
    """The person the decision names, or else the best one, and the nearest other person."""
    candidates = decision.identification.candidates if decision.identification else ()
    named = [candidate for candidate in candidates if decision.person in (None, candidate.person)][:1]
    others = [candidate for candidate in candidates if candidate not in named][: len(named)]
    return next(iter(named), None), next(iter(others), None)


def as_text(text: str | None) -> str | None:
    """The text as UTF-8 can hold it: names come from file names, which need not be."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode("utf-8")
