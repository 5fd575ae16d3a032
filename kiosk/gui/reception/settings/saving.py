"""The way of a form's changes into config.yaml, with a question where somebody else was there first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kiosk.config.schema import AUTO, Applies, Value, applies, options
from kiosk.config.writing import ConfigWriter, Conflict, Seen
from kiosk.gui.reception.settings.draft import Draft
from kiosk.gui.reception.settings.form import Form
from kiosk.gui.reception.settings.shown import change_text, value_text
from kiosk.i18n import translate
from kiosk.store.journal import Action
from kiosk.vision.sources import is_recording, open_source

if TYPE_CHECKING:
    from kiosk.gui.reception.office import Office


class Saving:
    """Saves what a form says; `changed` is called when the form was filled anew."""

    def __init__(self, office: Office, writer: ConfigWriter, form: Form, changed: Callable[[], None]) -> None:
        self.busy = False  # an answer is still to come
        self._office, self._writer, self._form, self._changed = office, writer, form, changed

    def save(self) -> None:
        """In the background; what goes wrong is told, and the form keeps its changes."""
        changes, seen = dict(self._form.draft.changes), self._form.draft.seen

        def write() -> Seen | tuple[Conflict, ...]:
            _require_source(changes)
            return self._writer.change(changes, seen)

        self.busy = True
        self._office.act(write, self._on_answer, self._on_fault)

    def _on_fault(self, fault: str) -> None:
        self.busy = False
        self._office.tell_fault(fault)

    def _on_answer(self, answer: Seen | tuple[Conflict, ...]) -> None:
        self.busy = False
        if isinstance(answer, tuple):
            self._ask(answer)
            return
        draft = self._form.draft
        for key, value in draft.changes.items():
            self._office.note(Action.SETTING_CHANGED, key, change_text(key, draft.seen.values[key], value))
        self._have_it_followed()
        keys = list(draft.changes)
        self._fill(Draft(answer))
        self._office.tell(_told(keys))

    def _have_it_followed(self) -> None:
        config, path = self._office.desk.config, self._writer.path
        if config.path is None:
            self._office.ask_station(lambda station: config.adopt(path))

    def _ask(self, conflicts: tuple[Conflict, ...]) -> None:
        self._office.ask(
            translate("settings", "The file was changed by somebody else in the meantime."),
            "\n".join(map(_in_words, conflicts)),
            [
                (translate("settings", "Save mine"), lambda: self._look_again(mine=True)),
                (translate("settings", "Keep theirs"), lambda: self._look_again(mine=False)),
                (translate("settings", "Decide later"), _nothing),
            ],
        )

    def _look_again(self, *, mine: bool) -> None:
        """Fill the form from the file as it is now, with all its changes or those that nobody else made."""
        draft = self._form.draft

        def take(seen: Seen) -> None:
            self.busy = False
            untouched = {
                key: value for key, value in draft.changes.items() if seen.values[key] == draft.seen.values[key]
            }
            self._fill(Draft(seen, draft.changes if mine else untouched))
            if self._form.draft.changes:
                self.save()

        self.busy = True
        self._office.act(self._writer.look, take, self._on_fault)

    def _fill(self, draft: Draft) -> None:
        self._form.show_draft(draft)
        self._changed()


def _require_source(changes: Mapping[str, Value]) -> None:
    """Raises CameraError for a recording that is not there: the kiosk would not start with it."""
    source = str(changes.get("camera.source", ""))
    if source and source != AUTO and is_recording(source):
        open_source(source).close()


def _in_words(conflict: Conflict) -> str:
    info = next(info for info in options() if info.key == conflict.key)
    return translate("settings", "{option}: {theirs} in the file, {ours} here.").format(
        option=translate("settings", info.title),
        theirs=value_text(info, conflict.theirs),
        ours=value_text(info, conflict.ours),
    )


def _told(keys: list[str]) -> str:
    when = {applies(key) for key in keys}
    if Applies.RESTART in when:
        return translate("settings", "Saved. A part of it needs a restart.")
    if Applies.RELOAD in when:
        return translate("settings", "Saved. The recognition is loaded anew; the door stays shut until it is.")
    return translate("settings", "Saved, and in force in two seconds at the latest.")


def _nothing() -> None:
    """The answer that changes nothing."""
