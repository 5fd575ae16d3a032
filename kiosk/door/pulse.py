"""How fast the recognition works, from the reports that it gives."""

from collections import deque
from statistics import fmean, median

from kiosk.door.report import Report

REMEMBERED = 120  # frames
_RATE_SECONDS = 5.0


class Pulse:
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
