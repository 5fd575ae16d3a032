"""The health page: findings about the running kiosk, with remedies, and a report for a support request."""

from __future__ import annotations

import time
from collections.abc import Iterable

from PyQt6.QtCore import PYQT_VERSION_STR, QT_VERSION_STR, QLocale, QPointF, QSize, Qt, pyqtSlot
from PyQt6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QWidget

from kiosk.door.report import REMEMBERED, FrameStats, Report
from kiosk.gui.controls import Button, Heading, Icon, Note, Panel, ScrollPage, restyle, timer
from kiosk.gui.layouts import FoldingRow, column, px, row
from kiosk.gui.reception.page import PageContext, StaffPage
from kiosk.health.checks import Finding, State
from kiosk.health.live import live_findings, report_text, slow_findings
from kiosk.i18n import QT_TRANSLATE_NOOP, number, translate

_PARTS = {
    "camera": QT_TRANSLATE_NOOP("health", "Camera"),
    "recognition": QT_TRANSLATE_NOOP("health", "Recognition"),
    "door": QT_TRANSLATE_NOOP("health", "Door"),
    "gallery": QT_TRANSLATE_NOOP("health", "Pictures of the people"),
    "encoder": QT_TRANSLATE_NOOP("health", "Encoder"),
    "voice": QT_TRANSLATE_NOOP("health", "Voice"),
    "journal": QT_TRANSLATE_NOOP("health", "Journal"),
    "people": QT_TRANSLATE_NOOP("health", "What is known of people"),
    "staff": QT_TRANSLATE_NOOP("health", "Staff"),
    "disk": QT_TRANSLATE_NOOP("health", "Disk"),
    "memory": QT_TRANSLATE_NOOP("health", "Memory"),
    "temperature": QT_TRANSLATE_NOOP("health", "Temperature"),
    "clock": QT_TRANSLATE_NOOP("health", "Clock"),
    "config": QT_TRANSLATE_NOOP("health", "Configuration"),
}
_STAGES = {
    "detect": QT_TRANSLATE_NOOP("health", "Finding faces"),
    "align": QT_TRANSLATE_NOOP("health", "Cutting out"),
    "encode": QT_TRANSLATE_NOOP("health", "Encoding"),
    "match": QT_TRANSLATE_NOOP("health", "Comparing"),
    "decide": QT_TRANSLATE_NOOP("health", "Deciding"),
}
_LOOKS = {  # name in the style sheet, icon and word
    State.OK: ("good", "tick_mark", QT_TRANSLATE_NOOP("health", "In order")),
    State.WARNING: ("warning", "alert", QT_TRANSLATE_NOOP("health", "Attention")),
    State.FAULT: ("fault", "alert", QT_TRANSLATE_NOOP("health", "Fault")),
}


def verdict(states: list[State]) -> str:
    """Return one sentence about all findings."""
    faults, warnings = states.count(State.FAULT), states.count(State.WARNING)
    if faults:
        return translate("health", "%n parts have to be mended.", "", faults)
    if warnings:
        return translate("health", "It works; %n parts need attention.", "", warnings)
    return translate("health", "Everything is in order.")


class Badge(QFrame):
    """A word and an icon for the state of a finding."""

    def __init__(self) -> None:
        super().__init__()
        self._icon, self.word = Icon(), QLabel()
        self.setProperty("role", "badge")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setLayout(row(self._icon, self.word, gap=4, margin=3))
        self.show_state(State.OK)

    def show_state(self, state: State) -> None:
        name, drawing, word = _LOOKS[state]
        self.word.setText(translate("health", word))
        restyle(self, "state", name, self._icon, self.word)
        self._icon.draw(drawing)


_MOST_DETAILS = 5


class FindingRow(Panel):
    """A finding about one part."""

    def __init__(self, finding: Finding) -> None:
        self.badge, self.name = Badge(), Heading("")
        self.message, self.remedy, self.details = Note(), Note("", "error"), Note("", "hint")
        head = row(self.name, self.badge, gap=8)
        head.setStretch(0, 1)
        super().__init__(column(head, self.message, self.remedy, self.details, gap=2), margin=8)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # so that it is read out, and scrolled to, without a pointer
        self._finding: Finding | None = None
        self.show_finding(finding)

    def show_finding(self, finding: Finding) -> None:
        if finding == self._finding:
            return
        self._finding = finding
        self.name.setText(translate("health", _PARTS.get(finding.check, finding.check)))
        self.badge.show_state(finding.state)
        details, rest = [*finding.details[:_MOST_DETAILS]], len(finding.details) - _MOST_DETAILS
        if rest > 0:
            details.append(translate("health", "and %n more", "", rest))
        texts = {self.message: finding.message, self.remedy: finding.remedy, self.details: "\n".join(details)}
        for note, text in texts.items():
            # A path has no blank at which it could go on in the next line.
            note.show_text(text.replace("/", "/\u200b"))
        spoken = translate("health", "{part}: {state}")
        self.setAccessibleName(spoken.format(part=self.name.text(), state=self.badge.word.text()))
        self.setAccessibleDescription(" ".join(filter(None, (finding.message, finding.remedy))))


_HEIGHT_UNITS = 26
_WIDTH_UNITS = 80
_LEAST_SCALE_MS = 1.0  # so that the noise of a stage that takes nothing does not look like much


class Sparkline(QWidget):
    """A curve without axes; its height is its largest value."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[float] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(px(_WIDTH_UNITS), px(_HEIGHT_UNITS))

    def show_values(self, values: list[float]) -> None:
        """Show other values, the newest last, at the right edge."""
        self.values = values
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour, pen = self.palette().color(self.foregroundRole()), px(1.5)
        painter.setPen(QPen(colour, pen))
        step, height = (self.width() - 2 * pen) / (REMEMBERED - 1), self.height() - 2 * pen
        largest, first = max([*self.values, _LEAST_SCALE_MS]), REMEMBERED - len(self.values)
        points = [
            QPointF(pen + step * place, pen + height * (1 - value / largest))
            for place, value in enumerate(self.values, start=first)
        ]
        painter.drawPolyline(QPolygonF(points))
        colour.setAlphaF(0.25)
        painter.setPen(QPen(colour, px(1)))
        bottom = self.height() - px(1)
        painter.drawLine(0, bottom, self.width(), bottom)
        painter.end()


class SpeedPanel(Panel):
    """A line for each stage: name, usual milliseconds, curve."""

    def __init__(self) -> None:
        self._grid = QGridLayout()
        self.nothing = Note(translate("health", "No frame has been looked at yet."), "muted")
        super().__init__(
            Heading(translate("health", "Milliseconds a stage")), self.nothing, self._grid, gap=4, margin=10
        )
        self._grid.setColumnStretch(2, 1)
        self.lines: dict[str, tuple[QLabel, QLabel, Sparkline]] = {}

    def show_stats(self, stats: FrameStats) -> None:
        self.nothing.setVisible(not stats.stages)
        self._grid.setHorizontalSpacing(px(10))
        self._grid.setVerticalSpacing(px(3))
        for stage in stats.stages:
            if stage not in self.lines:
                self.lines[stage] = QLabel(translate("health", _STAGES.get(stage, stage))), QLabel(), Sparkline()
                for place, widget in enumerate(self.lines[stage]):
                    self._grid.addWidget(widget, len(self.lines), place)
            name, figure, curve = self.lines[stage]
            told = translate("health", "{ms} ms").format(ms=number(stats.ms(stage), 1))
            figure.setText(told)
            curve.show_values(stats.history(stage))
            curve.setAccessibleName(name.text())
            curve.setAccessibleDescription(told)


_TICK_MS = 1000
_SLOW_TICKS = 5
_SEVERITY = (State.FAULT, State.WARNING, State.OK)


class HealthPage(StaffPage):
    """The findings, refreshed every second; checks that read files run in the background."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.stats = FrameStats()
        self.rows: dict[str, FindingRow] = {}
        self._findings: dict[str, Finding] = {}
        self._ticks, self._looking = 0, False
        self.badge, self.verdict = Badge(), Heading("")
        self.copy = Button(translate("health", "Copy report"), "copy")
        self.copy.setAccessibleDescription(
            translate("health", "A text for a support request, without names and pictures")
        )
        self.speed = SpeedPanel()
        self._list = column(gap=6)
        head = QWidget()
        head.setLayout(words := row(self.badge, self.verdict, gap=10))
        words.setStretch(1, 1)
        panel = Panel(FoldingRow(head, self.copy, text=True), margin=8)
        self.setLayout(column(ScrollPage(column(panel, self._list, self.speed, 1, gap=6))))
        self._timer = timer(self, self.on_tick, _TICK_MS)
        self.copy.clicked.connect(self.on_copy)
        context.reported.connect(self.on_reported)

    def enter(self, **arguments: object) -> None:
        self._ticks, self._looking = 0, False
        self.on_tick()
        self._timer.start()

    def leave(self) -> None:
        self._timer.stop()

    @pyqtSlot(object)
    def on_reported(self, report: Report) -> None:
        self.stats.add(report, time.monotonic())

    @pyqtSlot()
    def on_tick(self) -> None:
        """Refresh what is known at once; every fifth time also run the slow checks."""
        frame = self.context.feed.frame
        size = None if frame is None else (frame.image.shape[1], frame.image.shape[0])
        self._take(live_findings(self.context.services, self.stats, size))
        self.speed.show_stats(self.stats)
        if self._ticks % _SLOW_TICKS == 0 and not self._looking:
            self._looking = True
            services = self.context.services
            self.context.run(lambda: slow_findings(services), self._on_looked, self._on_failed)
        self._ticks += 1

    @pyqtSlot()
    def on_copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.report())
            self.context.tell(translate("health", "The report has been copied; no name and no picture is in it."))

    def report(self) -> str:
        """Return the report for a support request."""
        window = self.window()
        size = window.size() if window is not None else self.size()
        facts = {
            "qt": f"{QT_VERSION_STR}, PyQt {PYQT_VERSION_STR}, {QGuiApplication.platformName()}",
            "window": f"{size.width()} x {size.height()} px",
            "language": QLocale().name(),
        }
        return report_text(self._findings.values(), facts)

    def _on_looked(self, findings: list[Finding]) -> None:
        self._looking = False
        self._take(findings)

    def _on_failed(self, message: str) -> None:
        self._looking = False
        self.context.notice(message)

    def _take(self, findings: Iterable[Finding]) -> None:
        """Show findings, the worst first."""
        self._findings |= {finding.check: finding for finding in findings}
        for finding in self._findings.values():
            if finding.check in self.rows:
                self.rows[finding.check].show_finding(finding)
            else:
                self.rows[finding.check] = FindingRow(finding)
        order = sorted(self._findings, key=lambda check: _SEVERITY.index(self._findings[check].state))
        for place, check in enumerate(order):
            if self._list.indexOf(self.rows[check]) != place:
                self._list.removeWidget(self.rows[check])
                self._list.insertWidget(place, self.rows[check])
        states = [finding.state for finding in self._findings.values()]
        self.badge.show_state(min(states, key=_SEVERITY.index))
        self.verdict.setText(verdict(states))
