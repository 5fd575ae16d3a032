"""Between a station and those who drive and show it: what it tells them, and when they turn to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import TYPE_CHECKING

from kiosk.config import Config
from kiosk.config.options import Applies
from kiosk.config.schema import applies, changed_keys
from kiosk.domain import Decision, Observation
from kiosk.i18n import number, translate

if TYPE_CHECKING:
    from kiosk.people.capture import CaptureState


REFRESH_SECONDS = 1.0  # between two calls of Station.refresh
SLOW_SECONDS = 5.0  # of a decision
RETRY_SECONDS = 5.0  # after which a station that could not be built is tried again


class Stopped(Exception):  # noqa: N818  (no fault: the kiosk is to end while the station is being built)
    """Raised by who hears of the progress of a building, ends it."""


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What one frame led to."""

    observation: Observation
    decisions: tuple[Decision, ...]  # one for each face of the observation, pending ones included, as carried out
    settled: tuple[Decision, ...]  # those of them that this frame granted or refused
    welcome: str  # the greeting of everybody let in while the door stays open; empty = nobody
    seconds: dict[str, float]  # by stage: detect, landmarks, encode, ...
    shown: Mapping[str, str] = field(default_factory=dict)  # how the people that the decisions name are called here
    capture: CaptureState | None = None  # of whoever has pictures taken meanwhile; the observation leaves that face out


@dataclass(frozen=True, slots=True)
class Status:
    """How the station is."""

    people: int  # enrolled
    skipped: int  # pictures that could not be used
    faults: tuple[str, ...]  # what somebody has to mend: journal, configuration, door
    notice: str = ""  # what was taken over just now, such as a changed gallery
    advice: str = ""  # for who sets it up
    slow: str = ""  # that a decision takes long, and what to do about it
    background: int = 0  # faces in view that do not move, such as pictures


def change_notice(before: Config, after: Config) -> str:
    """Return the sentence that a changed configuration is in force, and which options wait for the next start."""
    names = [key for key in changed_keys(before, after) if applies(key) is Applies.RESTART]
    if not names:
        return translate("door", "The new configuration is in force.")
    waiting = translate("door", "The new configuration is in force; {options} at the next start.")
    return waiting.format(options=", ".join(names))


def slow_notice(k: int, interval_seconds: float) -> str:
    """Return that k frames at this interval take more than 5 s, and what to do about it; "" where they take less."""
    if k * interval_seconds <= SLOW_SECONDS:
        return ""
    text = translate("door", "Recognition is slow: {k} frames take {seconds} s")
    remedy = translate("door", "use a faster camera, close other programs, or move pictures of faces out of its view")
    return text.format(k=k, seconds=number(k * interval_seconds, 1)) + "; " + remedy


REMEMBERED = 120  # frames
_RATE_SECONDS = 5.0


class FrameStats:
    """The last frames; used by one thread."""

    def __init__(self) -> None:
        self._stages: dict[str, deque[float]] = {}
        self._faces: deque[int] = deque(maxlen=REMEMBERED)
        self._times: deque[float] = deque(maxlen=REMEMBERED)

    @property
    def frames(self) -> int:
        """How many are remembered."""
        return len(self._faces)

    @property
    def stages(self) -> tuple[str, ...]:
        """Names of the stages, in the order in which they came up."""
        return tuple(self._stages)

    @property
    def faces(self) -> float:
        """Faces a frame, on average."""
        return fmean(self._faces) if self._faces else 0.0

    @property
    def frame_ms(self) -> float:
        """What a frame takes altogether, in milliseconds."""
        return sum(self.ms(stage) for stage in self._stages)

    def add(self, report: Report, now: float) -> None:
        """One more frame; now = s, monotonic. A picture that was repeated took nobody any time."""
        if report.observation.repeated:
            return
        self._times.append(now)
        self._faces.append(len(report.observation.faces))
        for name in report.seconds:
            self._stages.setdefault(name, deque(maxlen=REMEMBERED))
        for name, taken in self._stages.items():
            taken.append(report.seconds.get(name, 0.0) * 1000)

    def ms(self, stage: str) -> float:
        """The median of the times that a stage took where it was needed."""
        taken = [each for each in self._stages.get(stage, ()) if each > 0]
        return median(taken) if taken else 0.0

    def history(self, stage: str) -> list[float]:
        """Milliseconds of the stage, frame by frame, the newest last; 0 where it was not needed."""
        return list(self._stages.get(stage, ()))

    def rate_hz(self, now: float) -> float:
        """Frames a second that the recognition looked at in the last five; 0 where none came."""
        lately = [time for time in self._times if now - time <= _RATE_SECONDS]
        if len(lately) < 2 or lately[-1] <= lately[0]:
            return 0.0
        return (len(lately) - 1) / (lately[-1] - lately[0])
