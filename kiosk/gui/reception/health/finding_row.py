"""One part of the kiosk: how it is, and what to do about it."""

from PyQt6.QtCore import Qt

from kiosk.gui.controls import Heading, Note, Panel, column, row
from kiosk.gui.reception.health.badge import Badge
from kiosk.gui.reception.health.wording import part_name, state_name
from kiosk.health.findings import Finding
from kiosk.i18n import translate

_MOST_DETAILS = 5


class FindingRow(Panel):
    """Shows a finding, and each newer one of the same part."""

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
        """What was found now."""
        if finding == self._finding:
            return
        self._finding = finding
        name = part_name(finding.check)
        self.name.setText(name)
        self.badge.show_state(finding.state)
        self._fill(self.message, finding.message)
        self._fill(self.remedy, finding.remedy)
        self._fill(self.details, "\n".join(_shortened(finding.details)))
        self.setAccessibleName(
            translate("health", "{part}: {state}").format(part=name, state=state_name(finding.state))
        )
        self.setAccessibleDescription(" ".join(filter(None, (finding.message, finding.remedy))))

    @staticmethod
    def _fill(note: Note, text: str) -> None:
        # A path has no blank at which it could go on in the next line.
        note.setText(text.replace("/", "/\u200b"))
        note.setVisible(bool(text))


def _shortened(details: tuple[str, ...]) -> list[str]:
    rest = len(details) - _MOST_DETAILS
    more = [translate("health", "and %n more", "", rest)] if rest > 0 else []
    return [*details[:_MOST_DETAILS], *more]
