"""The report of one frame, the status of a station, and the statistics of the last frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import TYPE_CHECKING

from kiosk.config import Config
from kiosk.config.options import Applies
from kiosk.config.schema import changed_keys, values
from kiosk.domain import Decision, Observation
from kiosk.i18n import number, translate

if TYPE_CHECKING:
    from kiosk.people.capture import CaptureState


SLOW_SECONDS = 5.0  # of a decision


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """The result of one frame."""

    observation: Observation
    decisions: tuple[Decision, ...]  # one for each face of the observation, pending ones included, as carried out
    settled: tuple[Decision, ...]  # the grants and refusals among them
    welcome: str  # the greeting while the door is open; empty = nobody
    seconds: dict[str, float]  # by stage: detect, landmarks, encode, ...
    shown: Mapping[str, str] = field(default_factory=dict)  # the names for the screen of the people in the decisions
    capture: CaptureState | None = None  # of a person who is being enrolled; the observation leaves that face out


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a station."""

    people: int  # enrolled
    skipped: int  # pictures that could not be used
    faults: tuple[str, ...]  # of journal, configuration, door and others
    notice: str = ""  # a change that has just been taken over, such as a changed gallery
    advice: str = ""  # for the person who sets up the kiosk
    slow: str = ""  # says that a decision takes long, and what to do
    background: int = 0  # faces that do not move, such as pictures


def change_notice(before: Config, after: Config) -> str:
    """Return a sentence about a changed configuration: it is in force, except for the options that need a restart."""
    names = changed_keys(values(before), values(after), Applies.RESTART)
    if not names:
        return translate("door", "The new configuration is in force.")
    waiting = translate("door", "The new configuration is in force; {options} at the next start.")
    return waiting.format(options=", ".join(names))


def slow_notice(k: int, interval_seconds: float) -> str:
    """Return a warning and its remedy if k frames at this interval take more than 5 s, else ""."""
    if k * interval_seconds <= SLOW_SECONDS:
        return ""
    text = translate("door", "Recognition is slow: {k} frames take {seconds} s")
    remedy = translate("door", "use a faster camera, close other programs, or move pictures of faces out of its view")
    return text.format(k=k, seconds=number(k * interval_seconds, 1)) + "; " + remedy


REMEMBERED = 120  # frames
_RATE_SECONDS = 5.0


class FrameStats:
    """Times and faces of the last frames; used by one thread."""

    def __init__(self) -> None:
        self._stages: dict[str, deque[float]] = {}
        self._faces: deque[int] = deque(maxlen=REMEMBERED)
        self._times: deque[float] = deque(maxlen=REMEMBERED)

    @property
    def stages(self) -> tuple[str, ...]:
        """Return the names of the stages, in their order."""
        return tuple(self._stages)

    @property
    def faces(self) -> float:
        """Return the mean number of faces in a frame."""
        return fmean(self._faces) if self._faces else 0.0

    @property
    def frame_ms(self) -> float:
        """Return the time for a whole frame, in ms."""
        return sum(self.ms(stage) for stage in self._stages)

    def add(self, report: Report, now: float) -> None:
        """Add a frame; now = s, monotonic. A repeated picture does not count."""
        if report.observation.repeated:
            return
        self._times.append(now)
        self._faces.append(len(report.observation.faces))
        for name in report.seconds:
            self._stages.setdefault(name, deque(maxlen=REMEMBERED))
        for name, taken in self._stages.items():
            taken.append(report.seconds.get(name, 0.0) * 1000)

    def ms(self, stage: str) -> float:
        """Return the median time of a stage, in ms, over the frames that needed it."""
        taken = [each for each in self._stages.get(stage, ()) if each > 0]
        return median(taken) if taken else 0.0

    def history(self, stage: str) -> list[float]:
        """Return the time of a stage in each frame, in ms, the newest last; 0 if it was not needed."""
        return list(self._stages.get(stage, ()))

    def rate_hz(self, now: float) -> float:
        """Return the frames a second over the last five seconds; 0 without frames."""
        lately = [time for time in self._times if now - time <= _RATE_SECONDS]
        if len(lately) < 2 or lately[-1] <= lately[0]:
            return 0.0
        return (len(lately) - 1) / (lately[-1] - lately[0])
