"""Which editor an option gets, where that depends on the machine and on what is running."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from kiosk.config.schema import Kind, OptionInfo, Value, called
from kiosk.gui.controls import Note, row
from kiosk.gui.language import AUTO, languages
from kiosk.gui.reception.settings.by_encoder import ByEncoderEditor
from kiosk.gui.reception.settings.camera_editor import CameraEditor
from kiosk.gui.reception.settings.editors import ChoiceEditor, Editor, plain_editor
from kiosk.health.option_choices import detectors, encoders
from kiosk.i18n import translate
from kiosk.vision.sources import Source, open_source, stable_name

if TYPE_CHECKING:
    from kiosk.door.desk import Desk


class WaitingEditor(Editor):
    """Takes the place of an editor that cannot be made yet."""

    def __init__(self) -> None:
        super().__init__()
        self.setLayout(row(Note(translate("settings", "The recognition is being loaded; wait a moment."), "muted")))

    def show_value(self, value: Value) -> None:
        """There is nothing to show it with."""


def editor_for(info: OptionInfo, desk: Desk) -> Editor:
    """The editor that suits an option best."""
    if info.kind is Kind.BY_ENCODER:
        return _by_encoder(info, desk)
    if info.key == "encoder":
        return ChoiceEditor(_with_pairs(encoders(desk.config)))
    if info.key == "detector":
        return ChoiceEditor(_named(detectors(desk.config)))
    if info.key == "screen.language":
        return ChoiceEditor([(called(AUTO), AUTO), *((name, code) for code, name in languages().items())])
    if info.key == "camera.source":
        return CameraEditor(desk.source, lambda source: _open(source, desk), overruled=_overruled(desk))
    return plain_editor(info)


def _by_encoder(info: OptionInfo, desk: Desk) -> Editor:
    station = desk.station
    if station is None:
        return WaitingEditor()
    spec = station.encoder
    if info.key == "matching.margin":
        ends = translate("settings", "more lenient"), translate("settings", "stricter")
        return ByEncoderEditor(info, spec.name, spec.margin, ends)
    ends = translate("settings", "stricter"), translate("settings", "more lenient")
    return ByEncoderEditor(info, spec.name, station.automatic_threshold, ends)


def _overruled(desk: Desk) -> bool:
    named = str(desk.started_with.camera.source)
    return named != AUTO and stable_name(named) != desk.source


def _with_pairs(names: Sequence[str]) -> list[tuple[str, Value]]:
    """Each alone, then two as one, which know people better than either."""
    pairs = [list(pair) for pair in combinations(names, 2)]
    return [*_named(names), *((" + ".join(pair), pair) for pair in pairs)]


def _named(names: Sequence[str]) -> list[tuple[str, Value]]:
    return [(name, name) for name in names]


def _open(source: str, desk: Desk) -> Source:
    camera = desk.config.current.camera
    return open_source(source, width=camera.width_px, height=camera.height_px, rate_hz=camera.rate_hz)
