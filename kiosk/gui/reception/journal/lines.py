"""The rows of the journal in words, and the list that shows them, newest first."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import QAbstractListModel, QModelIndex, QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PyQt6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kiosk.domain import Outcome, Reason, Rejection, display_name
from kiosk.gui.controls import TouchList
from kiosk.gui.layouts import px
from kiosk.gui.reception.dates import day_text
from kiosk.gui.theme import icon
from kiosk.i18n import number, translate
from kiosk.people.staff import COMMAND_LINE, Role
from kiosk.store.journal import Action, ActionEntry, JournalEntry
from kiosk.vision.quality import USUAL

_FIRST_STRONG, _END = "\u2068", "\u2069"  # a name from right to left leaves the rest of the sentence as it is
_STAFF = {Action.STAFF_ADDED.value, Action.STAFF_REMOVED.value, Action.STAFF_RESET.value}


def _detail_in_words(action: str, detail: str) -> str:
    """Return the detail of a row in words; a name stays as it is."""
    if action in _STAFF:
        roles = {
            Role.RECEPTION.value: translate("journal", "role: reception"),
            Role.INSTALLER.value: translate("journal", "role: installer"),
        }
        return roles.get(detail, detail)
    if action == Action.CHANGED.value:
        fields = {
            "shown": translate("journal", "shown name"),
            "spoken": translate("journal", "spoken name"),
            "staff_number": translate("journal", "staff number"),
            "card_id": translate("journal", "card id"),
            "email": translate("journal", "e-mail"),
            "valid_from": translate("journal", "valid from"),
            "valid_until": translate("journal", "valid until"),
            "group": translate("journal", "group"),
            "consent": translate("journal", "consent"),
        }
        return ", ".join(fields.get(field, field) for field in detail.split(", "))
    if action == Action.VISITOR_DISMISSED.value and detail.isdecimal():
        return translate("journal", "%n faces", "", int(detail))
    counts = re.fullmatch(r"(?:(\d+) people, )?(\d+) pictures", detail)
    if counts is None:
        return detail
    pictures = translate("journal", "%n pictures", "", int(counts[2]))
    return pictures if counts[1] is None else translate("journal", "%n people", "", int(counts[1])) + ", " + pictures


def decision_in_words(entry: JournalEntry) -> str:
    """Return what the door did and why, without the time."""
    words = {
        Rejection.TOO_SMALL: translate("journal", "The face is small."),
        Rejection.TOO_DARK: translate("journal", "The picture is dark."),
        Rejection.TOO_BRIGHT: translate("journal", "The picture is bright."),
        Rejection.TOO_BLURRED: translate("journal", "The picture is blurred."),
        Rejection.OFF_POSE: translate("journal", "The face is turned aside."),
    }
    conditions = entry.conditions if entry.outcome == Outcome.REFUSED.value else None
    remarks = USUAL.remarks(conditions) if conditions is not None else ()
    return " ".join([_decision(entry), *(words[remark] for remark in remarks)])


def figures_in_words(entry: JournalEntry) -> list[str]:
    """Return the figures of a row, one line each."""
    lines = []
    for text, person, distance in (
        (translate("journal", "Nearest: {name}, distance {distance}"), entry.person, entry.distance),
        (translate("journal", "Second: {name}, distance {distance}"), entry.second_person, entry.second_distance),
    ):
        if person is not None and distance is not None:
            lines.append(text.format(name=name(person), distance=number(distance, 2)))
    if entry.threshold is not None and entry.margin is not None:
        people = entry.gallery_size or 0
        text = translate("journal", "Threshold {threshold}, margin {margin}, among %n people", "", people)
        lines.append(text.format(threshold=number(entry.threshold, 2), margin=number(entry.margin, 2)))
    seen = entry.conditions
    if seen is not None and seen.light is not None and seen.sharpness is not None:
        text = translate("journal", "Picture: face {size} px, brightness {light} of 255, sharpness {sharpness}")
        light, sharpness = number(seen.light, 0), number(seen.sharpness, 0)
        lines.append(text.format(size=seen.face_px, light=light, sharpness=sharpness))
    return [*lines, translate("journal", "Encoder {encoder}").format(encoder=entry.encoder)]


def action_in_words(entry: ActionEntry) -> str:
    """Return what the staff did, without the time."""
    sentence = _sentence_of(entry.action, entry.subject is None)
    detail = "" if entry.detail is None else name(_detail_in_words(entry.action, entry.detail))
    staff = translate("journal", "the command line") if entry.staff == COMMAND_LINE else name(entry.staff)
    said = sentence.format(staff=staff, subject=name(entry.subject or ""), detail=detail, action=entry.action)
    # A detail that is not part of the sentence comes after it.
    return said if not detail or "{detail}" in sentence else f"{said} ({detail})"


def name(person: str) -> str:
    """Return a name for a sentence; a right-to-left name is isolated."""
    shown = display_name(person)
    backwards = any(unicodedata.bidirectional(letter) in {"R", "AL", "AN"} for letter in shown)
    return f"{_FIRST_STRONG}{shown}{_END}" if backwards else shown


def _decision(entry: JournalEntry) -> str:
    said = {
        Reason.RECOGNISED: translate("journal", "Let in: {name} at {distance} (limit {threshold})."),
        Reason.RETURNED: translate("journal", "Let in again: {name} at {distance} (limit {threshold})."),
        Reason.NOBODY_ENROLLED: translate("journal", "Not recognised. Nobody is enrolled."),
        Reason.TOO_FAR: translate("journal", "Not recognised. Closest: {name} at {distance} (limit {threshold})."),
        Reason.AMBIGUOUS: translate(
            "journal",
            "Not clear who it is: {name} at {distance}, {second} at {second_distance}. They must be {margin} apart.",
        ),
        Reason.SUSPENDED: translate("journal", "Refused: {name} is suspended."),
        Reason.NOT_YET_VALID: translate("journal", "Refused: {name} may not enter yet."),
        Reason.EXPIRED: translate("journal", "Refused: {name} may not enter any more."),
        Reason.TESTED: translate("journal", "Opened for a test of the door."),
        Reason.FAULT: translate("journal", "Refused because of a fault: {detail}"),
    }
    sentence = {reason.value: text for reason, text in said.items()}.get(entry.reason)
    if sentence is None:
        return entry.reason  # of a kiosk that knows more
    if entry.reason == Reason.AMBIGUOUS.value and entry.second_person is None:
        sentence = translate("journal", "Not clear who it is. Closest: {name} at {distance} (limit {threshold}).")
    if entry.outcome == Outcome.GRANTED.value and entry.distance is None and entry.person is not None:
        sentence = translate("journal", "Let in: {name}.")
    values = {field: getattr(entry, field) for field in ("distance", "second_distance", "threshold", "margin")}
    figures = {field: "?" if value is None else number(value, 2) for field, value in values.items()}
    person, second = name(entry.person or "?"), name(entry.second_person or "?")
    return sentence.format(name=person, second=second, detail=entry.detail or "?", **figures)


def _sentence_of(action: str, nobody: bool) -> str:
    said = {
        Action.SIGNED_IN: translate("journal", "{staff} signed in"),
        Action.WRONG_PIN: translate("journal", "a wrong PIN was typed"),
        Action.LOCKED_OUT: translate("journal", "too many wrong PINs were typed; the staff side was locked"),
        Action.FULL_SCREEN_LEFT: translate("journal", "{staff} left full screen"),
        Action.KIOSK_ENDED: translate("journal", "{staff} ended the kiosk"),
        Action.STAFF_ADDED: translate("journal", "{staff} gave {subject} a PIN"),
        Action.STAFF_REMOVED: translate("journal", "{staff} removed the PIN of {subject}"),
        Action.STAFF_RESET: translate("journal", "{staff} gave {subject} a new PIN"),
        Action.ENROLLED: translate("journal", "{staff} enrolled {subject}"),
        Action.PICTURES_ADDED: translate("journal", "{staff} added pictures of {subject}"),
        Action.PICTURES_REMOVED: translate("journal", "{staff} removed pictures of {subject}"),
        Action.RENAMED: translate("journal", "{staff} renamed {subject} to {detail}"),
        Action.CHANGED: translate("journal", "{staff} changed the data of {subject}"),
        Action.SUSPENDED: translate("journal", "{staff} suspended {subject}"),
        Action.RESUMED: translate("journal", "{staff} ended the suspension of {subject}"),
        Action.ERASED: translate("journal", "{staff} erased {subject}"),
        Action.EXPORTED: translate("journal", "{staff} exported {subject}"),
        Action.IMPORTED: translate("journal", "{staff} imported {subject}"),
        Action.LOOKALIKE_ACCEPTED: translate("journal", "{staff} enrolled {subject}, who looks like somebody else"),
        Action.VISITOR_ENROLLED: translate("journal", "{staff} enrolled {subject} from the unknown visitors"),
        Action.VISITOR_DISMISSED: translate("journal", "{staff} dismissed unknown visitors"),
        Action.SETTING_CHANGED: translate("journal", "{staff} changed the setting {subject}"),
        Action.DOOR_TESTED: translate("journal", "{staff} tested the door"),
        Action.VOICE_TESTED: translate("journal", "{staff} tested the voice"),
    }
    if nobody:
        said[Action.EXPORTED] = translate("journal", "{staff} exported the whole gallery")
        said[Action.IMPORTED] = translate("journal", "{staff} imported a gallery")
    known = {each.value: sentence for each, sentence in said.items()}
    return known.get(action, "{staff}: {action}")


_LINES, _MORE_LINES = 2, 3  # of text in a row, and in one that is narrow; what does not fit stands in the details
_NARROW_LETTERS = 60  # of a whole row
_HIGH_ROWS = 5  # that a narrow list has room for
_ALARMING = {Action.WRONG_PIN.value, Action.LOCKED_OUT.value}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is shown."""

    entry: JournalEntry | ActionEntry
    time: str
    day: str
    words: str
    icon: str

    @property
    def whole(self) -> str:
        return f"{self.day} {self.time}: {self.words}"


def lines_of(entries: Sequence[JournalEntry | ActionEntry]) -> list[Line]:
    """Return rows in words, in local time; slow enough for the background."""
    lines = []
    for entry in entries:
        moment = entry.moment.astimezone()
        if isinstance(entry, ActionEntry):
            words, sign = action_in_words(entry), "alert" if entry.action in _ALARMING else "staff"
        else:
            words, sign = decision_in_words(entry), "person_unknown"
            if entry.reason == Reason.FAULT.value:
                sign = "alert"
            elif entry.outcome == Outcome.GRANTED.value:
                sign = "lock_open"
        lines.append(Line(entry, moment.strftime("%H:%M:%S"), day_text(moment.date()), words, sign))
    return lines


class Lines(QAbstractListModel):
    """The rows loaded so far; `load(before)` fetches older ones and calls `append`."""

    def __init__(self, load: Callable[[int | None], None]) -> None:
        super().__init__()
        self._load = load
        self._lines: list[Line] = []
        self._complete, self._loading = True, False

    def line(self, index: QModelIndex) -> Line | None:
        return self._lines[index.row()] if 0 <= index.row() < len(self._lines) else None

    def restart(self) -> None:
        self.beginResetModel()
        self._lines, self._complete, self._loading = [], False, True
        self.endResetModel()
        self._load(None)

    def append(self, lines: Sequence[Line], *, complete: bool) -> None:
        """Add older rows, newest first; complete = there are no older ones."""
        if lines:
            first = len(self._lines)
            self.beginInsertRows(QModelIndex(), first, first + len(lines) - 1)
            self._lines += lines
        self._complete, self._loading = complete, False
        if lines:  # now: views ask for more rows as soon as they hear of these
            self.endInsertRows()

    def prepend(self, lines: Sequence[Line]) -> None:
        newest = self._lines[0].entry.id if self._lines else 0
        fresh = [line for line in lines if line.entry.id > newest]
        if fresh:
            self.beginInsertRows(QModelIndex(), 0, len(fresh) - 1)
            self._lines[:0] = fresh
            self.endInsertRows()

    def give_up(self) -> None:
        self._loading, self._complete = False, True

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008, N802  (Qt's own default and name)
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  (as Qt has it)
        line = self.line(index)
        if line is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return line.words
        return line.whole if role == Qt.ItemDataRole.AccessibleTextRole else None

    def canFetchMore(self, parent: QModelIndex) -> bool:  # noqa: N802  (Qt's name)
        return not self._complete and not self._loading

    def fetchMore(self, parent: QModelIndex) -> None:  # noqa: N802  (Qt's name)
        if self.canFetchMore(parent):
            self._loading = True
            self._load(self._lines[-1].entry.id if self._lines else None)


class LineDelegate(QStyledItemDelegate):
    """Paints a row: time and day, an icon, the text over two lines."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(0, max(_text_lines(option) * option.fontMetrics.lineSpacing() + px(12), px(44)))

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        model = index.model()
        line = model.line(index) if isinstance(model, Lines) else None
        if painter is None or line is None:
            return
        self.initStyleOption(option, index)
        option.text = ""
        style = option.widget.style() if option.widget is not None else QApplication.style()
        if style is not None:
            style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        role = option.palette.ColorRole.HighlightedText if selected else option.palette.ColorRole.Text
        painter.save()
        self._draw(painter, option, line, option.palette.color(role))
        painter.restore()

    def _draw(self, painter: QPainter, option: QStyleOptionViewItem, line: Line, colour: QColor) -> None:
        inner = option.rect.adjusted(px(10), px(4), -px(10), -px(4))
        bold = QFont(option.font)
        bold.setBold(True)
        painter.setPen(colour)
        painter.setFont(bold)
        time, day = QFontMetrics(bold).horizontalAdvance("00:00:00"), option.fontMetrics.horizontalAdvance(line.day)
        width = max(time, day) + px(4)
        line_px = option.fontMetrics.lineSpacing()
        top = inner.top() + (inner.height() - 2 * line_px) // 2
        painter.drawText(QRect(inner.left(), top, width, line_px), Qt.AlignmentFlag.AlignLeft, line.time)
        painter.setFont(option.font)
        painter.drawText(QRect(inner.left(), top + line_px, width, line_px), Qt.AlignmentFlag.AlignLeft, line.day)
        side = round(line_px * 1.3)
        where = QPoint(inner.left() + width + px(8), inner.top() + (inner.height() - side) // 2)
        painter.drawPixmap(where, icon(line.icon, colour.name(), side))
        high = _text_lines(option) * line_px
        words = QRect(where.x() + side + px(10), inner.top() + (inner.height() - high) // 2, 0, high)
        words.setRight(inner.right())
        _draw_wrapped(painter, words, line.words)


def _text_lines(option: QStyleOptionViewItem) -> int:
    view = option.widget
    room = view.size() if view is not None else option.rect.size()
    narrow = room.width() < _NARROW_LETTERS * option.fontMetrics.averageCharWidth()
    high = room.height() > _HIGH_ROWS * _MORE_LINES * option.fontMetrics.lineSpacing()
    return _MORE_LINES if narrow and high else _LINES


def _draw_wrapped(painter: QPainter, where: QRect, text: str) -> None:
    """Draw a text over the lines that fit; the last one ends in an ellipsis where they are too few."""
    metrics = painter.fontMetrics()
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    wrap = int(Qt.TextFlag.TextWordWrap)
    most = where.height() + round(0.8 * metrics.lineSpacing())  # letters from another font make lines higher
    while metrics.boundingRect(QRect(0, 0, where.width(), 10_000), wrap, text).height() > most:
        shorter = text[: -max(len(text) // 20, 2)].rstrip(" …")
        if not shorter:
            break
        text = f"{shorter}…"
    painter.drawText(where, int(flags) | int(Qt.TextFlag.TextDontClip) | wrap, text)


class LineList(TouchList):
    """The view of the lines."""

    def __init__(self, model: Lines, name: str) -> None:
        super().__init__(model, name)
        model.setParent(self)
        self.setItemDelegate(LineDelegate(self))
        room = px(2)  # for the frame that says that it has the focus
        self.setViewportMargins(room, room, room, room)
        self.setAlternatingRowColors(True)
