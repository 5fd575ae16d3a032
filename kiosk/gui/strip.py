"""The line below the card: what somebody has to mend."""

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QSizePolicy

from kiosk.gui.labels import FitLabel
from kiosk.i18n import translate

MESSAGE_SECONDS = 5.0
STRIP_HEIGHT = {True: 34, False: 60}  # px at scale 1, for one line and for more


class Strip(FitLabel):
    """Shows messages in turn; hidden while there are none."""

    def __init__(self) -> None:
        super().__init__("strip", smallest=0.8)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_messages(self, messages: Sequence[str], now: float, scale: float) -> None:
        """Show one message at a time, each for some seconds."""
        self.setText(_in_turn(messages, now))
        self.setVisible(bool(self.text()))
        self.fit(scale)

    def fit(self, scale: float) -> None:
        """Take the height of one line, or of more."""
        room = self.contentsRect().width()
        one_line = self.fontMetrics().horizontalAdvance(self.text()) <= room
        self.setFixedHeight(max(round(STRIP_HEIGHT[one_line] * scale), 1))


def _in_turn(messages: Sequence[str], now: float) -> str:
    told = [each for each in messages if each]
    if len(told) < 2:
        return "".join(told)
    number = int(now / MESSAGE_SECONDS) % len(told)
    turn = translate("door", "({number} of {total})  {message}")
    return turn.format(number=number + 1, total=len(told), message=told[number])
