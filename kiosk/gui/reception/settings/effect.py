"""Trials before saving: the threshold, now and on the decisions of the last seven days, and the voice."""

from PyQt6.QtCore import QObject, pyqtSignal, pyqtSlot

from kiosk import i18n
from kiosk.config.saving import Draft
from kiosk.domain import Identification, display_name, nearest_face
from kiosk.door.greeting import compose
from kiosk.door.matching import Changes, PastDecisions
from kiosk.door.report import Report
from kiosk.door.voice import Voice, voice_of
from kiosk.gui.controls import Note, Panel, timer
from kiosk.i18n import number, translate


def live(report: Report | None, threshold: float, margin: float) -> str:
    """Return the decision about the person nearest to the camera, as a sentence."""
    faces = report.observation.faces if report is not None else ()
    nearest = nearest_face(face for face in faces if face.identification is not None)
    found = nearest.identification if nearest is not None else None
    if report is None or found is None:
        return translate("settings", "Nobody in front of the camera can be compared now.")
    best, second = found.best, found.second or found.best
    if best is None or second is None:
        return translate("settings", "Nobody is enrolled yet.")
    judged = Identification(found.candidates, threshold, margin, found.gallery_size)
    if judged.match is not None:
        sentence = translate(
            "settings",
            "In front of the camera: {name} at {distance} (limit {threshold}). This person would be recognised.",
        )
    elif judged.within_threshold:
        sentence = translate(
            "settings",
            "In front of the camera: {name} at {distance}, but {other} is only {gap} farther away "
            "(margin {margin}). Nobody would be recognised.",
        )
    else:
        sentence = translate(
            "settings",
            "In front of the camera: closest is {name} at {distance} (limit {threshold}). Nobody would be recognised.",
        )
    return sentence.format(
        name=report.shown.get(best.person, display_name(best.person)),
        distance=number(best.distance, 2),
        threshold=number(threshold, 2),
        other=report.shown.get(second.person, display_name(second.person)),
        gap=number(second.distance - best.distance, 2),
        margin=number(margin, 2),
    )


def what_if(changes: Changes) -> str:
    """Return how many decisions of the last days would change, as a sentence."""
    if not changes.considered:
        return translate("settings", "In the last 7 days nothing was decided that could be compared.")
    if not changes.changed:
        return translate(
            "settings", "None of the %n decisions of the last 7 days would have changed.", "", changes.considered
        )
    decisions = translate(
        "settings", "Of the %n decisions of the last 7 days, {changed} would have changed.", "", changes.considered
    )
    parts = [decisions.format(changed=changes.changed)]
    if changes.let_in:
        parts.append(translate("settings", "%n more would have been let in.", "", changes.let_in))
    if changes.refused:
        parts.append(translate("settings", "%n more would have been refused.", "", changes.refused))
    return " ".join(parts)


_HOLDS_REPORTS = 8  # without a comparable face, during which the last one stays readable


class Effect(Panel):
    """Shows the effect of threshold and margin; judges again whenever a number or the picture changes."""

    def __init__(self) -> None:
        self.live, self.past, self.remark = Note(""), Note(""), Note("", "error")
        super().__init__(self.remark, self.live, self.past, gap=6)
        self.setAccessibleName(translate("settings", "What these numbers would do"))
        self._numbers = (0.0, 0.0)
        self.clear()

    def clear(self) -> None:
        """Forget what was seen and read."""
        self._report: Report | None = None
        self._empty = 0
        self._decisions: PastDecisions | None = None
        self.remark.hide()
        self.past.setText(translate("settings", "Reading the journal …"))

    def judge(self, threshold: float, margin: float, remark: str = "") -> None:
        self._numbers = threshold, margin
        self.remark.show_text(remark)
        self._show_live()
        self._show_past()

    def show_past(self, decisions: PastDecisions) -> None:
        self._decisions = decisions
        self._show_past()

    @pyqtSlot(object)
    def on_reported(self, report: Report) -> None:
        compared = any(face.identification is not None for face in report.observation.faces)
        self._empty = 0 if compared else self._empty + 1
        if compared or self._empty > _HOLDS_REPORTS:
            self._report = report
            self._show_live()

    def _show_live(self) -> None:
        self.live.setText(live(self._report, *self._numbers))

    def _show_past(self) -> None:
        if self._decisions is not None:
            self.past.setText(what_if(self._decisions.with_numbers(*self._numbers)))


_LOOK_MS = 250
_LOOKS = 40  # a sentence and the start of the speaker take less than ten seconds


class VoiceTrial(QObject):
    """Speaks the welcome in a child process of its own, apart from the door's voice."""

    failed = pyqtSignal(str)  # why nothing was heard

    def __init__(self, voice: Voice | None = None) -> None:
        super().__init__()
        self._voice = voice
        self._looks_left = 0
        self._timer = timer(self, self.on_time, _LOOK_MS)

    def say(self, draft: Draft, name: str) -> None:
        voice = self._voice = self._voice or Voice()
        rate, volume, chosen = (draft.value(f"voice.{key}") for key in ("words_per_minute", "volume", "name"))
        if isinstance(rate, int) and isinstance(volume, int | float):
            voice.rate_words_per_minute, voice.volume = rate, float(volume)
        voice.voice = str(chosen) or voice_of(i18n.language())
        voice.fault = None
        voice.say(compose(str(draft.value("voice.text")), [name]))
        self._looks_left = _LOOKS
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        if self._voice is not None:
            self._voice.close()
            self._voice = None

    @pyqtSlot()
    def on_time(self) -> None:
        fault = self._voice.fault if self._voice is not None else None
        self._looks_left -= 1
        if fault is not None or self._looks_left <= 0:
            self._timer.stop()
        if fault is not None:
            self.failed.emit(fault)
