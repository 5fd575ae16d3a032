"""The settings page: the form, its way into config.yaml, and what can be tried out."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSlot
from PyQt6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from kiosk.config.schema import values
from kiosk.config.wording import SECTIONS, WORDS
from kiosk.config.writing import ConfigWriter, Seen
from kiosk.domain import Decision, Outcome
from kiosk.door.matching import threshold_remark
from kiosk.door.report import Report, Status
from kiosk.door.what_if import PastDecisions, past_decisions
from kiosk.gui.controls import Button, Note, Panel, column, row
from kiosk.gui.reception.page import StaffPage
from kiosk.gui.reception.settings.by_encoder import ByEncoderEditor
from kiosk.gui.reception.settings.camera_editor import CameraEditor
from kiosk.gui.reception.settings.draft import Draft, waits
from kiosk.gui.reception.settings.editor_choice import editor_for
from kiosk.gui.reception.settings.editors import ChoiceBox, Editor
from kiosk.gui.reception.settings.effect import Effect
from kiosk.gui.reception.settings.form import Form
from kiosk.gui.reception.settings.save_bar import SaveBar
from kiosk.gui.reception.settings.saving import Saving
from kiosk.gui.reception.settings.voice_trial import VoiceTrial
from kiosk.gui.reception.unsaved import Unsaved
from kiosk.i18n import translate
from kiosk.store.journal import Action
from kiosk.vision.sources import cameras

if TYPE_CHECKING:
    from kiosk.door.station import Station
    from kiosk.gui.reception.office import Office

_DOOR_WAITS_SECONDS = 3.0
_MATCHING = ["matching.threshold", "matching.margin"]


class SettingsPage(StaffPage):
    """The form for installers, with its bar for saving."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        desk = office.desk
        self.writer = ConfigWriter(desk.config.path or desk.config.folder / "config.yaml")
        self.form: Form | None = None
        self.bar, self.fault = SaveBar(), Note("", "error")
        self.search, self.sections = QLineEdit(), ChoiceBox()
        self.effect, self.trial = Effect(), VoiceTrial()
        self._encoder = ""
        self._saving: Saving | None = None
        self._lay_out()
        self._connect()

    def enter(self, **arguments: object) -> None:
        self.office.run(self.writer.look, self._fill, self._show_fault)

    @property
    def unsaved(self) -> Unsaved | None:
        form = self.form
        return Unsaved.CHANGES if form is not None and (form.draft.changes or form.broken is not None) else None

    @property
    def saving(self) -> bool:
        return self._saving is not None and self._saving.busy

    def leave(self) -> None:
        self.trial.close()
        self._stop_looking()
        if self.form is not None:
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        self.bar.hide()

    @pyqtSlot(object)
    def on_reported(self, report: Report) -> None:
        if self.form is not None:
            self.effect.on_reported(report)

    @pyqtSlot(object)
    def on_status_changed(self, status: Status) -> None:
        """Another encoder may be at work, or the file was changed in an editor."""
        form = self.form
        if form is None:
            return
        if self._encoder != self._encoder_at_work():
            self._encoder = self._encoder_at_work()
            form.forget(_MATCHING)
            self._read_past()
            self._judge()
        if self.unsaved is None and values(self.office.desk.config.current) != form.draft.seen.values:
            self.office.run(self.writer.look, self._show_again)

    def _show_again(self, seen: Seen) -> None:
        if self.form is not None and self.unsaved is None:
            self.form.show_draft(Draft(seen))
            self.on_changed()

    @pyqtSlot(str)
    def on_searched(self, text: str) -> None:
        if self.form is not None:
            self.form.search(text)

    @pyqtSlot(int)
    def on_section(self, index: int) -> None:
        if self.form is not None:
            self.search.clear()
            self._stop_looking()
            self.form.show_section(self.sections.itemData(index))
            self._look_for_cameras()

    @pyqtSlot()
    def on_changed(self) -> None:
        self._show_bar()
        self._judge()

    @pyqtSlot()
    def on_discard(self) -> None:
        if self.form is not None:
            self.form.show_draft(Draft(self.form.draft.seen))
            self.on_changed()

    @pyqtSlot()
    def on_save(self) -> None:
        form = self.form
        if form is None:
            return
        if form.broken is not None:
            self.search.clear()
            self._choose(form.broken.section)
            self.office.tell(translate("settings", "Mend what is marked first."), fault=True)
        else:
            self._saving = Saving(self.office, self.writer, form, self.on_changed)
            self._saving.save()

    @pyqtSlot()
    def on_restart(self) -> None:
        self.office.ask(
            translate("settings", "Restart the kiosk?"),
            translate("settings", "The door stays shut until it is back, some seconds later."),
            [(translate("settings", "Restart"), self.office.restart), (translate("settings", "Not now"), _nothing)],
        )

    @pyqtSlot()
    def on_hear(self) -> None:
        if self.form is not None:
            self.office.note(Action.VOICE_TESTED)
            self.trial.say(self.form.draft, self.office.member.name)

    @pyqtSlot()
    def on_test_door(self) -> None:
        text = translate("settings", "It opens as for somebody who is let in, and stands in the journal under {name}.")
        self.office.ask(
            translate("settings", "Open the door now?"),
            text.format(name=self.office.member.name),
            [(translate("settings", "Open"), self._test_door), (translate("settings", "Cancel"), _nothing)],
        )

    # Filling ----------------------------------------------------------------------------------------------------

    def _fill(self, seen: Seen) -> None:
        desk = self.office.desk
        self._encoder = self._encoder_at_work()
        self.effect = Effect()
        extras: dict[str, QWidget] = {"matching": self.effect, "voice": self._voice_panel(), "door": self._door_panel()}
        self.form = Form(Draft(seen), lambda info: editor_for(info, desk), extras)
        self.form.changed.connect(self.on_changed)
        self._middle.insertWidget(0, self.form, 1)
        self.fault.hide()
        self._choose(self.sections.currentData())
        self._show_bar()
        self._read_past()
        self._judge()

    def _show_fault(self, message: str) -> None:
        self.fault.setText(message)
        self.fault.show()

    def _read_past(self) -> None:
        journal, encoder = self.office.desk.journal, self._encoder
        effect = self.effect
        self.office.run(
            lambda: past_decisions(journal, encoder, datetime.now(UTC)),
            lambda decisions: self._tell_past(effect, decisions),
            lambda message: self._tell_past(effect, message),
        )

    def _tell_past(self, effect: Effect, found: PastDecisions | str) -> None:
        if self.form is None or effect is not self.effect:
            return
        if isinstance(found, str):
            effect.show_fault(found)
        else:
            effect.show_past(found)

    def _look_for_cameras(self) -> None:
        editor = self._editor("camera.source")
        if isinstance(editor, CameraEditor):
            in_use = self.office.desk.source
            self.office.run(lambda: cameras(in_use), editor.show_cameras)

    def _judge(self) -> None:
        threshold, margin = (self._editor(key) for key in _MATCHING)
        if isinstance(threshold, ByEncoderEditor) and isinstance(margin, ByEncoderEditor):
            station, remark = self.office.desk.station, ""
            if station is not None and not threshold.automatic.isChecked():
                remark = threshold_remark(threshold.in_force, station.encoder)
            self.effect.judge(threshold.in_force, margin.in_force, remark)

    def _editor(self, key: str) -> Editor | None:
        found = self.form.rows.get(key) if self.form is not None else None
        return found.editor if found is not None else None

    def _encoder_at_work(self) -> str:
        station = self.office.desk.station
        return station.encoder.name if station is not None else ""

    def _stop_looking(self) -> None:
        editor = self._editor("camera.source")
        if isinstance(editor, CameraEditor):
            editor.stop()

    def _choose(self, section: str) -> None:
        self.sections.setCurrentIndex(list(SECTIONS).index(section))
        self.on_section(self.sections.currentIndex())

    def _show_bar(self) -> None:
        if self.form is not None:
            draft, started = self.form.draft, values(self.office.desk.started_with)
            titles = [translate("settings", WORDS[key].title) for key in waits(started, draft.seen)]
            self.bar.show_state(len(draft.changes), draft.objection, titles)

    def _test_door(self) -> None:
        name, asked_at = self.office.member.name, time.monotonic()

        def test(station: Station) -> Decision | None:
            # A station that was still being loaded must not open the door when nobody expects it any more.
            late = time.monotonic() - asked_at > _DOOR_WAITS_SECONDS
            return None if late else station.test_door(name)

        self.office.ask_station(test, self._tell_door)

    def _tell_door(self, done: object) -> None:
        if isinstance(done, Decision) and done.outcome is Outcome.GRANTED:
            self.office.tell(translate("settings", "The door is open."))
        else:
            fault = done.fault if isinstance(done, Decision) else None
            self.office.tell(fault or translate("settings", "The door did not open."), fault=True)

    def _lay_out(self) -> None:
        self.search.setPlaceholderText(translate("settings", "Search"))
        self.search.setAccessibleName(translate("settings", "Search the options"))
        self.search.setClearButtonEnabled(True)
        self.sections.setAccessibleName(translate("settings", "Part of the options"))
        for section, title in SECTIONS.items():
            self.sections.addItem(translate("settings", title), section)
        head = row(self.sections, self.search, gap=8)
        head.setStretch(0, 3)
        head.setStretch(1, 2)
        self.fault.hide()
        self.bar.hide()
        self._middle = column(self.fault, gap=0)
        self.setLayout(column(head, self._middle, self.bar, gap=8))
        self._layout_stretch()

    def _voice_panel(self) -> Panel:
        hear = Button(translate("settings", "Hear it"), "sound")
        hear.clicked.connect(self.on_hear)
        return Panel(row(Note(translate("settings", "Say the welcome with these values.")), hear))

    def _door_panel(self) -> Panel:
        button = Button(translate("settings", "Test the door"), "lock_open")
        button.clicked.connect(self.on_test_door)
        return Panel(row(Note(translate("settings", "See whether the lock opens.")), button))

    def _layout_stretch(self) -> None:
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.setStretch(1, 1)

    def _connect(self) -> None:
        self.search.textEdited.connect(self.on_searched)
        self.search.textChanged.connect(self.on_searched)
        self.sections.activated.connect(self.on_section)
        self.bar.save.connect(self.on_save)
        self.bar.discard.connect(self.on_discard)
        self.bar.restart.connect(self.on_restart)
        self.trial.failed.connect(self.office.tell_fault)
        self.office.reported.connect(self.on_reported)
        self.office.status_changed.connect(self.on_status_changed)


def _nothing() -> None:
    """The answer that changes nothing."""
