"""The large card: the state of the door in words, icon and colour."""

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QSize, Qt
from PyQt6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PyQt6.QtWidgets import QFrame, QLabel, QProgressBar, QSizePolicy, QVBoxLayout

from kiosk.gui.state import Kind, View
from kiosk.gui.theme import DARK, ICONS, Theme, icon
from kiosk.i18n import translate


class FitLabel(QLabel):
    """A centred text in the style sheet's font, or smaller until it fits; what is still too long is elided.

    Args:
        name: as the style sheet calls it.
        smallest: part of the style sheet's font size that is still legible.
        top: at the top of its space instead of in the middle.
    """

    def __init__(self, name: str, *, smallest: float, top: bool = False) -> None:
        super().__init__()
        self._smallest = self.smallest = smallest
        self._top = top
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def allow(self, type_scale: float) -> None:
        """Letters of a style sheet that are so much larger may shrink to the same size as before."""
        self.smallest = self._smallest / type_scale

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(0, 0)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(0, 0)

    def fitted(self) -> QTextLayout:
        """The lines as they are drawn."""
        room = self.contentsRect()
        return _fitted(self.text(), QFont(self.font()), room.width(), room.height(), self.smallest)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        room, layout = self.contentsRect(), self.fitted()
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        spare = 0.0 if self._top else max(room.height() - _height(layout), 0.0)
        layout.draw(painter, QPointF(room.left(), room.top() + spare / 2))
        painter.end()


def _fitted(text: str, font: QFont, width: int, height: int, smallest: float) -> QTextLayout:
    largest = font.pixelSize()
    for size in range(largest, max(round(largest * smallest), 1) - 1, -1):
        font.setPixelSize(size)
        layout = _laid_out(text, font, width)
        if _height(layout) <= height and _widest_word(text, font) <= width:
            return _balanced(layout, width)
    return _elided(text, font, width, height)


def _balanced(layout: QTextLayout, width: int) -> QTextLayout:
    """The same number of lines, of like lengths: no word stands alone in the last one."""
    text, font = layout.text(), layout.font()
    for narrower in range(width, width // 2, -max(width // 40, 1)):
        attempt = _laid_out(text, font, width, narrower)
        if attempt.lineCount() > layout.lineCount() or _widest_word(text, font) > narrower:
            break
        layout = attempt
    return layout


def _elided(text: str, font: QFont, width: int, height: int) -> QTextLayout:
    metrics = QFontMetricsF(font)
    advance = metrics.horizontalAdvance(text)
    layout = _laid_out(text, font, width)
    while _height(layout) > height and advance > width / 2:
        advance *= 0.95
        layout = _laid_out(metrics.elidedText(text, Qt.TextElideMode.ElideRight, advance), font, width)
    return layout


def _laid_out(text: str, font: QFont, width: int, narrower: int | None = None) -> QTextLayout:
    """Lines no longer than `width`, or than `narrower` in the middle of it, px."""
    option = QTextOption(Qt.AlignmentFlag.AlignHCenter)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout = QTextLayout(text, font)
    layout.setTextOption(option)
    layout.beginLayout()
    left, top = (width - (narrower or width)) / 2, 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(narrower or width, 1))
        line.setPosition(QPointF(left, top))
        top += line.height()
    layout.endLayout()
    return layout


def _height(layout: QTextLayout) -> float:
    return layout.boundingRect().height()


def _widest_word(text: str, font: QFont) -> float:
    metrics = QFontMetricsF(font)
    return max((metrics.horizontalAdvance(word) for word in text.split()), default=0.0)


BAR_STEPS = 1000


class Banner(QFrame):
    """Shows a View."""

    def __init__(self) -> None:
        super().__init__()
        self._theme, self._scale, self._still = DARK, 1.0, False
        self._view = View(Kind.STARTING, "")
        self.setObjectName("card")
        self.setMinimumSize(1, 1)
        self.picture = QLabel()
        self.headline, self.detail = FitLabel("headline", smallest=0.6), FitLabel("detail", smallest=0.7, top=True)
        self.bar = _bar()
        self._layout = _layout(self.picture, self.headline, self.detail, self.bar)
        self.setLayout(self._layout)
        self.retranslate()

    def dress(self, theme: Theme, scale: float, *, still: bool = False, type_scale: float = 1.0) -> None:
        """Take over colours and scale, that of letters beside it; `still` = without the bar that runs down."""
        self._theme, self._scale, self._still = theme, scale, still
        margin = round(18 * scale)
        self._layout.setContentsMargins(margin, margin, margin, margin)
        self._layout.setSpacing(round(8 * scale))
        for label in (self.headline, self.detail):
            label.allow(type_scale)
        self._draw_icon()

    def retranslate(self) -> None:
        """Take over the language of the screen; the state is told anew by who shows it."""
        self.setAccessibleName(translate("door", "State of the door"))
        self.bar.setAccessibleName(translate("door", "Progress"))

    def show_view(self, view: View) -> None:
        """Put a state on the card; a state that is already there costs nothing."""
        if view == self._view:
            return
        changed = view.kind is not self._view.kind
        self._view = view
        self.headline.setText(view.headline)
        self.detail.setText(view.detail)
        self.setAccessibleDescription(f"{view.headline}. {view.detail}")
        runs_down = view.kind is Kind.UNLOCKED and self._still
        self.bar.setVisible(view.share is not None and not runs_down)
        self.bar.setValue(round(BAR_STEPS * (view.share or 0.0)))
        if changed or self.property("kind") is None:
            self._recolour()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        self._draw_icon()

    def _recolour(self) -> None:
        self.setProperty("kind", self._view.kind.value)
        # A property that the style sheet selects by counts only after the sheet is applied anew.
        for widget in (self, self.headline, self.detail, self.bar):
            style = widget.style()
            if style is not None:
                style.unpolish(widget)
                style.polish(widget)
        self._draw_icon()

    def _draw_icon(self) -> None:
        side = max(round(min(self.height() * 0.3, self.width() * 0.4)), 1)
        colour = self._theme.kinds[self._view.kind].text
        self.picture.setPixmap(icon(ICONS[self._view.kind], colour, side))


def _bar() -> QProgressBar:
    bar = QProgressBar()
    bar.setObjectName("bar")
    bar.setRange(0, BAR_STEPS)
    bar.setTextVisible(False)
    bar.hide()
    return bar


def _layout(picture: QLabel, headline: FitLabel, detail: FitLabel, bar: QProgressBar) -> QVBoxLayout:
    layout = QVBoxLayout()
    layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
    layout.addWidget(headline, 4)
    layout.addWidget(detail, 3)
    layout.addWidget(bar)
    return layout


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
