"""The settings page: the form, its way into config.yaml, and what can be tried out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from PyQt6.QtCore import pyqtSlot
from PyQt6.QtWidgets import QLineEdit, QWidget

from kiosk.config import Config
from kiosk.config.options import SECTIONS, Applies
from kiosk.config.saving import ConfigWriter, Conflict, Draft, Seen
from kiosk.config.schema import AUTO, Kind, OptionInfo, Value, called, changed_keys, objection, options, values
from kiosk.domain import Decision, Outcome
from kiosk.door.build import own_weights, require_source, weights_folders
from kiosk.door.matching import past_decisions, threshold_remark
from kiosk.door.report import Report, Status
from kiosk.door.services import StaffServices
from kiosk.door.station import Station
from kiosk.gui.controls import Button, Note, Panel
from kiosk.gui.language import languages
from kiosk.gui.layouts import column, row
from kiosk.gui.reception.page import PageContext, StaffPage, Unsaved
from kiosk.gui.reception.settings.editors import (
    ByEncoderEditor,
    CameraEditor,
    ChoiceEditor,
    Editor,
    ValueBox,
    change_text,
    plain_editor,
    value_text,
)
from kiosk.gui.reception.settings.effect import Effect, VoiceTrial
from kiosk.gui.reception.settings.form import Form
from kiosk.health.encoder_table import installed_detectors, installed_encoders
from kiosk.i18n import translate
from kiosk.store.journal import Action
from kiosk.vision.capture import cameras, stable_name
from kiosk.vision.source import Source
from kiosk.vision.sources import open_source

T = TypeVar("T")


def editor_for(info: OptionInfo, services: StaffServices) -> Editor:
    """Return the editor that suits an option best."""
    if info.kind is Kind.BY_ENCODER:
        return _by_encoder(info, services.station)
    if info.key == "encoder":
        choices = installed_encoders(own_weights(services.config))
        return ChoiceEditor([(one if isinstance(one, str) else " + ".join(one), one) for one in choices])
    if info.key == "detector":
        return ChoiceEditor([(name, name) for name in installed_detectors(weights_folders(services.config))])
    if info.key == "screen.language":
        return ChoiceEditor([(called(AUTO), AUTO), *((name, code) for code, name in languages().items())])
    if info.key == "camera.source":
        named = str(services.started_with.camera.source)
        overruled = named != AUTO and stable_name(named) != services.source
        return CameraEditor(services.source, partial(_open, services), overruled=overruled)
    return plain_editor(info)


def _by_encoder(info: OptionInfo, station: Station | None) -> Editor:
    if station is None:
        waiting = Editor()
        waiting.target = waiting
        waiting.setLayout(row(Note(translate("settings", "Loading the recognition …"), "muted")))
        return waiting
    spec = station.encoder
    ends = translate("settings", "stricter"), translate("settings", "more lenient")
    if info.key == "matching.margin":
        return ByEncoderEditor(info, spec.name, spec.margin, ends[::-1])
    return ByEncoderEditor(info, spec.name, station.automatic_threshold, ends)


def _open(services: StaffServices, source: str) -> Source:
    camera = services.config.current.camera
    return open_source(source, width=camera.width_px, height=camera.height_px, rate_hz=camera.rate_hz)


class SaveBar(Panel):
    """The bar below the form."""

    def __init__(self) -> None:
        self.words = Note("")
        self.save_button = Button(translate("settings", "Save"), kind="primary")
        self.discard_button = Button(translate("settings", "Discard"))
        self.restart_button = Button(translate("settings", "Restart now"))
        line = row(self.words, self.restart_button, self.discard_button, self.save_button, gap=8)
        line.setStretch(0, 1)
        super().__init__(line, gap=0, margin=6)

    def show_state(self, changes: int, obstacle: str, waiting: Sequence[str]) -> None:
        self.save_button.setVisible(changes > 0)
        self.save_button.setEnabled(not obstacle)
        self.discard_button.setVisible(changes > 0)
        self.restart_button.setVisible(not changes and bool(waiting))
        text = translate("settings", "Saved. After a restart, this takes effect: {options}")
        if changes:
            text = translate("settings", "Not saved yet: {count}")
        self.words.setText(obstacle or text.format(count=changes, options=", ".join(waiting)))
        self.setVisible(changes > 0 or bool(waiting))


class Saving:
    """Fills and saves the form; `changed` is called when it was filled."""

    def __init__(self, context: PageContext, writer: ConfigWriter, form: Form, changed: Callable[[], None]) -> None:
        self.busy = False  # an answer is still to come
        self._context, self._writer, self._form, self._changed = context, writer, form, changed

    def save(self) -> None:
        changes, seen = dict(self._form.draft.changes), self._form.draft.seen

        def write() -> Seen | tuple[Conflict, ...]:
            require_source(str(changes.get("camera.source", AUTO)))
            return self._writer.change(changes, seen)

        def take(answer: Seen | tuple[Conflict, ...]) -> None:
            if isinstance(answer, Seen):
                self._saved({key: (seen.values[key], value) for key, value in changes.items()}, answer)
            else:
                self._ask(answer)

        self._act(write, take)

    def _act(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        def end() -> None:
            self.busy = False

        self.busy = True
        self._context.act(work, then, ended=end)

    def _saved(self, changes: Mapping[str, tuple[Value, Value]], now: Seen) -> None:
        for key, (before, after) in changes.items():
            self._context.note(Action.SETTING_CHANGED, key, change_text(key, before, after))
        config, path = self._context.services.config, self._writer.path
        if config.path is None:  # there was no file to follow
            self._context.ask_station(lambda station: config.adopt(path))
        self.fill(Draft(now))
        self._context.tell(_told(changes))

    def _ask(self, conflicts: tuple[Conflict, ...]) -> None:
        text = translate("settings", "{option}: {theirs} in the file, {ours} here.")
        lines = []
        for conflict in conflicts:
            info = options()[conflict.key]
            ours, theirs = value_text(info, conflict.ours), value_text(info, conflict.theirs)
            lines.append(text.format(option=translate("settings", info.title), theirs=theirs, ours=ours))
        self._context.ask(
            translate("settings", "Somebody else has changed the file in the meantime."),
            "\n".join(lines),
            [
                (translate("settings", "Save mine"), partial(self._look_again, mine=True)),
                (translate("settings", "Keep theirs"), partial(self._look_again, mine=False)),
                (translate("settings", "Decide later"), lambda: None),
            ],
        )

    def _look_again(self, *, mine: bool) -> None:
        """Fill the form from the file as it is now, with all its changes or those that nobody else made."""
        draft = self._form.draft

        def take(seen: Seen) -> None:
            self.fill(draft.rebased(seen, mine=mine))
            if self._form.draft.changes:
                self.save()

        self._act(self._writer.look, take)

    def fill(self, draft: Draft) -> None:
        self._form.show_draft(draft)
        self._changed()


def _told(keys: Iterable[str]) -> str:
    when = {options()[key].applies for key in keys}
    if Applies.RESTART in when:
        return translate("settings", "Saved. Some changes need a restart.")
    if Applies.RELOAD in when:
        return translate("settings", "Saved. The recognition is reloading. The door stays locked meanwhile.")
    return translate("settings", "Saved. It takes effect within two seconds.")


_DOOR_WAITS_SECONDS = 3.0
_MATCHING = ("matching.threshold", "matching.margin")


class SettingsPage(StaffPage):
    """The form for installers, with its bar for saving."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        services = context.services
        self.writer = ConfigWriter(services.config.path or services.config.folder / "config.yaml")
        self.bar, self.fault = SaveBar(), Note("", "error")
        self.search, self.sections = QLineEdit(), ValueBox()
        self.effect, self.trial = Effect(), VoiceTrial()
        extras: dict[str, QWidget] = {
            "matching": self.effect,
            "voice": _trial(
                translate("settings", "Say the welcome with these values."),
                Button(translate("settings", "Hear it"), "sound"),
                self.on_hear,
            ),
            "door": _trial(
                translate("settings", "See whether the lock opens."),
                Button(translate("settings", "Test the door"), "lock_open"),
                self.on_test_door,
            ),
        }
        nothing = Draft(Seen(values(Config()), ""))
        self.form = Form(nothing, lambda info: editor_for(info, services), extras)
        self._saving = Saving(context, self.writer, self.form, self.on_changed)
        self._encoder = ""
        self._lay_out()

    def enter(self, **arguments: object) -> None:
        self.context.run(self.writer.look, self._fill, self._show_fault)

    @property
    def unsaved(self) -> Unsaved | None:
        return Unsaved.CHANGES if self.form.draft.changes or self.form.broken is not None else None

    @property
    def saving(self) -> bool:
        return self._saving.busy

    def leave(self) -> None:
        self.trial.close()
        self.effect.clear()
        self.form.hide()
        self.form.forget(options().keys())
        self.form.draft = Draft(self.form.draft.seen)
        self.bar.hide()

    @pyqtSlot(object)
    def on_reported(self, report: Report) -> None:
        if not self.form.isHidden():
            self.effect.on_reported(report)

    @pyqtSlot(object)
    def on_status_changed(self, status: Status) -> None:
        """Follow the encoder in use and the changes of others in the file."""
        form = self.form
        if form.isHidden():
            return
        if self._encoder != self._encoder_at_work():
            self._encoder = self._encoder_at_work()
            form.forget(_MATCHING)
            form.show_rows()
            self._read_past()
            self._judge()
        if self.unsaved is None and values(self.context.services.config.current) != form.draft.seen.values:
            self.context.run(self.writer.look, self._show_again)

    def _show_again(self, seen: Seen) -> None:
        if not self.form.isHidden() and self.unsaved is None:
            self._saving.fill(Draft(seen))

    @pyqtSlot(int)
    def on_section(self, index: int) -> None:
        self.search.clear()
        for option in self.form.rows.values():
            option.editor.stop()
        self.form.show_section(self.sections.itemData(index))
        editor = self._editor("camera.source")
        if isinstance(editor, CameraEditor):
            in_use = self.context.services.source
            self.context.run(lambda: cameras(in_use), editor.show_cameras)

    @pyqtSlot()
    def on_changed(self) -> None:
        draft, started = self.form.draft, values(self.context.services.started_with)
        waiting = changed_keys(started, draft.seen.values, Applies.RESTART)
        titles = [translate("settings", options()[key].title) for key in waiting]
        self.bar.show_state(len(draft.changes), objection(draft.seen.values, draft.changes), titles)
        self._judge()

    @pyqtSlot()
    def on_discard(self) -> None:
        self._saving.fill(Draft(self.form.draft.seen))

    @pyqtSlot()
    def on_save(self) -> None:
        broken = self.form.broken
        if broken is None:
            self._saving.save()
        else:
            self._choose(broken.section)
            self.context.tell(translate("settings", "First fix what is marked."), fault=True)

    @pyqtSlot()
    def on_restart(self) -> None:
        question = translate("settings", "Restart the kiosk?")
        detail = translate("settings", "The door stays locked for some seconds.")
        yes, no = translate("settings", "Restart"), translate("settings", "Not now")
        self.context.confirm(question, detail, yes, no, self.context.restart, danger=False)

    @pyqtSlot()
    def on_hear(self) -> None:
        self.context.note(Action.VOICE_TESTED)
        self.trial.say(self.form.draft, self.context.member.name)

    @pyqtSlot()
    def on_test_door(self) -> None:
        text = translate("settings", "It opens as it does for a visitor. The journal records it under {name}.")
        question, detail = translate("settings", "Open the door now?"), text.format(name=self.context.member.name)
        yes, no = translate("settings", "Open"), translate("settings", "Cancel")
        self.context.confirm(question, detail, yes, no, self._test_door, danger=False)

    def _fill(self, seen: Seen) -> None:
        self._encoder = self._encoder_at_work()
        self.fault.hide()
        self.form.forget(options().keys())
        self.form.draft = Draft(seen)
        self.form.show()
        self._choose(self.sections.currentData())
        self._read_past()
        self.on_changed()

    def _show_fault(self, message: str) -> None:
        self.fault.setText(message)
        self.fault.show()

    def _read_past(self) -> None:
        journal, encoder = self.context.services.journal, self._encoder
        self.context.run(
            lambda: past_decisions(journal, encoder, datetime.now(UTC)), self.effect.show_past, self.effect.past.setText
        )

    def _judge(self) -> None:
        threshold, margin = (self._editor(key) for key in _MATCHING)
        if isinstance(threshold, ByEncoderEditor) and isinstance(margin, ByEncoderEditor):
            station, remark = self.context.services.station, ""
            if station is not None and not threshold.automatic.isChecked():
                remark = threshold_remark(threshold.in_force, station.encoder)
            self.effect.judge(threshold.in_force, margin.in_force, remark)

    def _editor(self, key: str) -> Editor | None:
        found = self.form.rows.get(key)
        return found.editor if found is not None else None

    def _encoder_at_work(self) -> str:
        station = self.context.services.station
        return station.encoder.name if station is not None else ""

    def _choose(self, section: str) -> None:
        self.sections.setCurrentIndex(list(SECTIONS).index(section))
        self.on_section(self.sections.currentIndex())

    def _test_door(self) -> None:
        name, asked_at = self.context.member.name, time.monotonic()

        def test(station: Station) -> Decision | None:
            # A station that was still being loaded must not open the door when nobody expects it any more.
            late = time.monotonic() - asked_at > _DOOR_WAITS_SECONDS
            return None if late else station.test_door(name)

        self.context.ask_station(test, self._tell_door)

    def _tell_door(self, done: object) -> None:
        if isinstance(done, Decision) and done.outcome is Outcome.GRANTED:
            self.context.tell(translate("settings", "The door is open."))
        else:
            fault = done.fault if isinstance(done, Decision) else None
            self.context.tell(fault or translate("settings", "The door did not open."), fault=True)

    def _lay_out(self) -> None:
        self.search.setPlaceholderText(translate("settings", "Search"))
        self.search.setAccessibleName(translate("settings", "Search the options"))
        self.search.setClearButtonEnabled(True)
        self.sections.setAccessibleName(translate("settings", "Part of the options"))
        self.sections.offer([(translate("settings", title), section) for section, title in SECTIONS.items()])
        head = row(self.sections, self.search, gap=8)
        head.setStretch(0, 3)
        head.setStretch(1, 2)
        for part in (self.form, self.fault, self.bar):
            part.hide()
        layout = column(head, column(self.form, self.fault, gap=0), self.bar, gap=8)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.search.textChanged.connect(self.form.search)
        self.sections.activated.connect(self.on_section)
        self.form.changed.connect(self.on_changed)
        self.bar.save_button.clicked.connect(self.on_save)
        self.bar.discard_button.clicked.connect(self.on_discard)
        self.bar.restart_button.clicked.connect(self.on_restart)
        self.trial.failed.connect(self.context.tell_fault)
        self.context.reported.connect(self.on_reported)
        self.context.status_changed.connect(self.on_status_changed)


def _trial(words: str, button: Button, do: Callable[[], None]) -> Panel:
    button.clicked.connect(do)
    return Panel(row(Note(words), button))
