"""The state that the door's page shows, computed from everything the window was told. No Qt; callers pass the time."""

from __future__ import annotations

import enum
import math
import re
from dataclasses import dataclass

from kiosk.domain import Decision, Outcome, Reason, Rejection
from kiosk.door.greeting import hint, refusal_hint, undecided_rejection
from kiosk.door.report import Report, Status
from kiosk.i18n import QT_TRANSLATE_NOOP, translate
from kiosk.vision.camera import CameraState

FACE_HOLDS_SECONDS = 0.7  # a face that the detector misses for less is still there; a hint stays as long
REFUSAL_HOLDS_SECONDS = 3.0
FAULT_HOLDS_SECONDS = 4.0
STUCK_AFTER_SECONDS = 5.0
BAR_AFTER_SECONDS = 1.0
NOTICE_HOLDS_SECONDS = 8.0

LOADED = {
    "encoder": QT_TRANSLATE_NOOP("door", "Loading face recognition"),
    "gallery": QT_TRANSLATE_NOOP("door", "Reading the enrolled pictures"),
}
_FOLDERS_OF_A_PATH = re.compile(r"(?<!\S)/(?:[^\s/:;]+/)+(?=[^\s/:;])")

ADMITTED = (Reason.RECOGNISED, Reason.RETURNED, Reason.PRESENT)
NOT_ADMITTED = (Reason.SUSPENDED, Reason.NOT_YET_VALID, Reason.EXPIRED)  # recognised, but not let in
TURNED_AWAY = (Reason.TOO_FAR, Reason.AMBIGUOUS, *NOT_ADMITTED)


class Kind(enum.Enum):
    """The states of the screen; the value names its colours in the style sheet."""

    STARTING = "starting"
    LOCKED = "locked"
    LOOKING = "looking"
    UNLOCKED = "unlocked"
    REFUSED = "refused"
    CAMERA_LOST = "camera_lost"
    NOBODY_ENROLLED = "nobody_enrolled"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class View:
    """The text, colours and progress bar of the large card."""

    kind: Kind
    headline: str
    detail: str = ""
    share: float | None = None  # of the bar that is filled, 0 to 1; None = no bar


@dataclass(slots=True)
class Progress:
    """The progress of a start."""

    what: str
    done: int
    total: int
    since: float  # s, when the first progress was reported


@dataclass(slots=True)
class Situation:
    """Everything the window was told, most important first. Times are in s of one monotonic clock."""

    progress: Progress | None = None
    started: bool = False
    replacing: bool = False  # whether the station being started replaces another
    broken: str = ""  # why the start failed
    stuck_since: float | None = None  # when processing of the current frame began
    camera: CameraState = CameraState.OPENING
    camera_fault: str = ""
    status: Status | None = None
    notice: str = ""
    notice_at: float = -math.inf
    report: Report | None = None  # the last report with a face
    reported_at: float = -math.inf
    rejection: Rejection | None = None  # of the face that gets a hint
    rejection_at: float = -math.inf
    fault: str = ""
    fault_at: float = -math.inf
    refused: Reason = Reason.TOO_FAR
    refused_until: float = -math.inf
    seconds_left: float = 0.0  # until the door locks; 0 = locked
    welcome: str = ""
    _pulse_seconds: float = 0.0

    def on_progress(self, what: str, done: int, total: int, now: float) -> None:
        since = self.progress.since if self.progress is not None else now
        self.progress = Progress(what, done, total, since)
        if what == "gallery" and done:
            self.broken = ""  # the fault is repaired: pictures are being read again

    def on_built(self) -> None:
        self.started, self.replacing, self.broken = True, False, ""

    def on_replaced(self, now: float) -> None:
        """Forget the faces of the old station, whose door is locked."""
        self.started, self.replacing, self.progress = False, True, None
        self.report, self.rejection = None, None
        self.refused_until = -math.inf
        self.on_door(0.0)
        self.on_progress("encoder", 0, 1, now)

    def on_status(self, status: Status, now: float) -> None:
        self.status = status
        if status.notice:
            self.notice, self.notice_at = status.notice, now

    def on_fault(self, message: str, now: float) -> None:
        self.fault, self.fault_at = message, now

    def on_report(self, report: Report, now: float) -> None:
        self.welcome = report.welcome or self.welcome
        for decision in report.settled:
            if decision.reason is Reason.FAULT:
                self.on_fault(decision.fault or translate("door", "The door did not open."), now)
        self._take_refusals(report, now)
        if report.decisions:
            rejection = undecided_rejection(report.observation, report.decisions)
            if rejection is not self.rejection and now - self.rejection_at >= FACE_HOLDS_SECONDS:
                self.rejection, self.rejection_at = rejection, now
            self.report, self.reported_at = report, now

    def _take_refusals(self, report: Report, now: float) -> None:
        if turned_away := _turned_away(report):
            settled = any(each.outcome is Outcome.REFUSED for each in turned_away)
            hold = REFUSAL_HOLDS_SECONDS if settled else FACE_HOLDS_SECONDS
            self.refused, self.refused_until = turned_away[0].reason, max(self.refused_until, now + hold)
        elif any(each.reason in ADMITTED for each in report.decisions):
            self.refused_until = -math.inf

    def on_door(self, seconds_left: float) -> None:
        opened = seconds_left > self.seconds_left
        self._pulse_seconds = max(seconds_left, self._pulse_seconds if not opened else 0.0)
        self.seconds_left = seconds_left
        if seconds_left <= 0:
            self.welcome, self._pulse_seconds = "", 0.0

    def view(self, now: float) -> View:
        """Return the state to show: an open door first, then faults for the staff, then the visitor."""
        if self.seconds_left > 0:
            head = self.welcome or translate("door", "Welcome, please come in")
            how_long = translate("door", "Unlocked for {seconds} s").format(seconds=math.ceil(self.seconds_left))
            return View(Kind.UNLOCKED, head, how_long, self.seconds_left / max(self._pulse_seconds, 1e-9))
        if self.broken:
            return _out_of_order(self.broken)
        if not self.started:
            return self._starting(now)
        return self._trouble(now) or self._visitor(now)

    def messages(self, now: float) -> tuple[str, ...]:
        """Return the messages for the staff: faults to repair and recent events."""
        faults = (*self.status.faults, *filter(None, [self.status.slow])) if self.status is not None else ()
        return (*faults, self.notice) if self.notice and now - self.notice_at < NOTICE_HOLDS_SECONDS else faults

    def _starting(self, now: float) -> View:
        progress = self.progress
        starting = translate("door", "Starting")
        headline = translate("door", "Updating face recognition") if self.replacing else starting
        what = translate("door", "One moment, please.")
        share = None
        if progress is not None and now - progress.since >= BAR_AFTER_SECONDS:
            what = translate("door", LOADED.get(progress.what, progress.what))
            if progress.total > 1:
                so_far = translate("door", "{what}: {done} of {total}")
                what = so_far.format(what=what, done=progress.done, total=progress.total)
                share = min(progress.done / progress.total, 1.0)
        return View(Kind.STARTING, headline, _locked_and(what) if self.replacing else what, share)

    def _trouble(self, now: float) -> View | None:
        if now - self.fault_at < FAULT_HOLDS_SECONDS:
            return _out_of_order(self.fault)
        if self.stuck_since is not None and now - self.stuck_since > STUCK_AFTER_SECONDS:
            return _out_of_order(translate("door", "Face recognition is not responding."))
        if self.camera is not CameraState.LIVE:
            return self._no_picture()
        if self.status is not None and self.status.people == 0:
            return View(Kind.NOBODY_ENROLLED, translate("door", "Nobody is enrolled"), _how_to_enrol(self.status))
        return None

    def _no_picture(self) -> View:
        if self.camera is CameraState.OPENING:
            return View(Kind.STARTING, translate("door", "Starting"), translate("door", "Connecting to the camera."))
        if self.camera is CameraState.ENDED:
            ended = self.camera_fault or translate("door", "There are no more pictures.")
            return View(Kind.CAMERA_LOST, translate("door", "Recording ended"), ended)
        lost = self.camera_fault or translate("door", "Reconnecting to the camera.")
        return View(Kind.CAMERA_LOST, translate("door", "Camera unavailable"), lost)

    def _visitor(self, now: float) -> View:
        if now < self.refused_until:
            known = self.refused in NOT_ADMITTED
            headline = translate("door", "No access right now") if known else translate("door", "Not recognised")
            return View(Kind.REFUSED, headline, _locked_and(refusal_hint(self.refused)))
        reasons: set[Reason] = set()
        if self.report is not None:
            holds = max(FACE_HOLDS_SECONDS, self.report.observation.lost_after_seconds)
            reasons = {each.reason for each in self.report.decisions if now - self.reported_at <= holds}
        if Reason.GATHERING in reasons:
            if self.rejection is not None:
                return View(Kind.LOOKING, hint(self.rejection), translate("door", "The door is locked."))
            detail = translate("door", "Please look at the camera. The door is locked.")
            return View(Kind.LOOKING, translate("door", "One moment"), detail)
        come_in = translate("door", "Look at the camera to come in.")
        again = translate("door", "To open the door again, step away and come back.")
        return View(Kind.LOCKED, translate("door", "Locked"), again if Reason.PRESENT in reasons else come_in)


def _turned_away(report: Report) -> list[Decision]:
    """Return the decisions that turn a face away, largest face first; none smaller than a face still looked at."""
    area = {each.track: each.face.box.area for each in report.observation.faces}
    looked_at = max((area[each.track] for each in report.decisions if each.reason is Reason.GATHERING), default=0)
    faces = [each for each in report.decisions if each.reason in TURNED_AWAY and area[each.track] >= looked_at]
    return sorted(faces, key=lambda each: area[each.track], reverse=True)


def _out_of_order(why: str) -> View:
    # Without the folders of a path, which would leave no room for the remedy; the log has them.
    return View(Kind.FAULT, translate("door", "Out of order"), _locked_and(_FOLDERS_OF_A_PATH.sub("…/", why)))


def _locked_and(sentence: str) -> str:
    return translate("door", "The door stays locked. {sentence}").format(sentence=sentence)


def _how_to_enrol(status: Status) -> str:
    sentences = [translate("door", "Press F2 or touch the badge in the corner to enrol someone")]
    if status.skipped:
        sentences.append(translate("door", "%n pictures could not be used; kiosk people says why", "", status.skipped))
    sentences += [status.advice] if status.advice else []
    return ". ".join(sentences)
