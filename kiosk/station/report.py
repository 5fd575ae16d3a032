"""What the station tells those who show it."""

from dataclasses import dataclass

from kiosk.domain import Decision, Observation


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What one frame led to."""

    observation: Observation
    decisions: tuple[Decision, ...]  # one for each face of the observation, pending ones included, as carried out
    settled: tuple[Decision, ...]  # those of them that this frame granted or refused
    welcome: str  # the greeting of everybody let in while the door stays open; empty = nobody
    seconds: dict[str, float]  # by stage: detect, landmarks, encode, ...


@dataclass(frozen=True, slots=True)
class Status:
    """How the station is."""

    people: int  # enrolled
    skipped: int  # pictures that could not be used
    faults: tuple[str, ...]  # what somebody has to mend: journal, configuration, door
    notice: str = ""  # what was taken over just now, such as a changed gallery
    advice: str = ""  # for who sets it up
