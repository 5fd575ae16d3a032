"""The health page: what the running kiosk knows of itself, with remedies, and a report for a support request."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PyQt6.QtCore import PYQT_VERSION_STR, QT_VERSION_STR, QLocale, QTimer, pyqtSlot
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QWidget

from kiosk.door.pulse import Pulse
from kiosk.door.report import Report
from kiosk.gui.controls import Button, Folding, Heading, Panel, ScrollPage, column, row
from kiosk.gui.reception.health.badge import Badge
from kiosk.gui.reception.health.finding_row import FindingRow
from kiosk.gui.reception.health.speed import SpeedPanel
from kiosk.gui.reception.health.wording import verdict
from kiosk.gui.reception.page import StaffPage
from kiosk.health.findings import Finding, State
from kiosk.health.health import live_findings, report_text, slow_findings
from kiosk.i18n import translate

if TYPE_CHECKING:
    from kiosk.gui.reception.office import Office

_TICK_MS = 1000
_SLOW_TICKS = 5
_SEVERITY = (State.FAULT, State.WARNING, State.OK)


class HealthPage(StaffPage):
    """Looks again every second while it is shown; what reads files is looked at in the background."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.pulse = Pulse()
        self.rows: dict[str, FindingRow] = {}
        self._findings: dict[str, Finding] = {}
        self._ticks = 0
        self._looking = False
        self.badge, self.verdict = Badge(), Heading("")
        self.copy = Button(translate("health", "Copy report"), "copy")
        self.copy.setAccessibleDescription(
            translate("health", "A text for a support request, without names and pictures")
        )
        self.speed = SpeedPanel()
        self._list = column(gap=6)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.on_tick)
        self.copy.clicked.connect(self.on_copy)
        office.reported.connect(self.on_reported)

    def enter(self, **arguments: object) -> None:
        self._ticks = 0
        self._looking = False
        self.on_tick()
        self._timer.start()

    def leave(self) -> None:
        self._timer.stop()

    @pyqtSlot(object)
    def on_reported(self, report: Report) -> None:
        self.pulse.add(report, time.monotonic())

    @pyqtSlot()
    def on_tick(self) -> None:
        """Look at what changes at once; every fifth time at the rest, unless that still goes on."""
        self._take(live_findings(self.office.desk, self.pulse, self._picture_size()))
        self.speed.show_pulse(self.pulse)
        if self._ticks % _SLOW_TICKS == 0 and not self._looking:
            self._looking = True
            self.office.run(lambda: slow_findings(self.office.desk), self._on_looked, self._on_failed)
        self._ticks += 1

    @pyqtSlot()
    def on_copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.report())
            self.office.tell(translate("health", "The report has been copied; no name and no picture is in it."))

    def report(self) -> str:
        """For a support request."""
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
        self.office.notice(message)

    def _take(self, findings: Iterable[Finding]) -> None:
        """Take over what was found; the worst come first, each part in its usual order."""
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

    def _picture_size(self) -> tuple[int, int] | None:
        frame = self.office.feed.frame
        return None if frame is None else (frame.image.shape[1], frame.image.shape[0])

    def _lay_out(self) -> None:
        verdict = QWidget()
        words = row(self.badge, self.verdict, gap=10)
        words.setStretch(1, 1)
        verdict.setLayout(words)
        content = column(Panel(Folding(verdict, self.copy), margin=8), self._list, self.speed, 1, gap=6)
        self.setLayout(column(ScrollPage(content)))
