"""The state of the door: the large card, the strip of messages below it, and the corner of the staff side."""

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QSize, Qt
from PyQt6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PyQt6.QtWidgets import QFrame, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from kiosk.gui.controls import Icon, restyle
from kiosk.gui.feed import Feed, paint_picture, paint_rounded
from kiosk.gui.layouts import limit_width, px, row
from kiosk.gui.state import Kind, View
from kiosk.gui.theme import ICONS, Look, icon
from kiosk.i18n import translate


class FitLabel(QLabel):
    """A centred text that shrinks until it fits its space, and is elided below a smallest size.

    Args:
        name: the name in the style sheet, which sets the largest size.
        smallest: the smallest legible size, as a share of the largest.
        top: align the text to the top of its space instead of the middle.
    """

    def __init__(self, name: str, *, smallest: float, top: bool = False) -> None:
        super().__init__()
        self._smallest = self.smallest = smallest
        self._top = top
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def set_type_scale(self, type_scale: float) -> None:
        """Let large type shrink to the same smallest size as normal type."""
        self.smallest = self._smallest / type_scale

    def fitted(self) -> QTextLayout:
        """Return the lines as they are drawn."""
        room = self.contentsRect()
        text, font, width = self.text(), QFont(self.font()), room.width()
        largest = font.pixelSize()
        for size in range(largest, max(round(largest * self.smallest), 1) - 1, -1):
            font.setPixelSize(size)
            layout = _laid_out(text, font, width)
            if _height(layout) <= room.height() and _widest_word(text, font) <= width:
                return _balanced(layout, width)
        return _elided(text, font, width, room.height())

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        room, layout = self.contentsRect(), self.fitted()
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        spare = 0.0 if self._top else max(room.height() - _height(layout), 0.0)
        layout.draw(painter, QPointF(room.left(), room.top() + spare / 2))
        painter.end()


def _balanced(layout: QTextLayout, width: int) -> QTextLayout:
    """Return the same number of lines with similar lengths, so that no word is alone in the last line."""
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
    """Return the text broken into lines of `width` px, or of `narrower` px in the middle of `width`."""
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
    """The card that shows a View: icon, headline, detail and progress bar."""

    def __init__(self) -> None:
        super().__init__()
        self._look = Look()
        self._view = View(Kind.STARTING, "")
        self.setObjectName("card")
        self.setMinimumSize(1, 1)
        self.picture = QLabel()
        self.headline, self.detail = FitLabel("headline", smallest=0.6), FitLabel("detail", smallest=0.7, top=True)
        self.bar = QProgressBar()
        self.bar.setObjectName("bar")
        self.bar.setRange(0, BAR_STEPS)
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._layout = QVBoxLayout(self)
        for part, stretch in ((self.picture, 0), (self.headline, 4), (self.detail, 3), (self.bar, 0)):
            self._layout.addWidget(part, stretch)
        self.retranslate()

    def dress(self, look: Look, scale: float) -> None:
        """Take over colours, scale and size of letters; a look that is still has no bar that counts down."""
        self._look = look
        margin = round(18 * scale)
        self._layout.setContentsMargins(margin, margin, margin, margin)
        self._layout.setSpacing(round(8 * scale))
        for label in (self.headline, self.detail):
            label.set_type_scale(look.type_scale)
        self._draw_icon()

    def retranslate(self) -> None:
        """Take over the language of the screen; the next show_view brings the text."""
        self.setAccessibleName(translate("door", "State of the door"))
        self.bar.setAccessibleName(translate("door", "Progress"))

    def show_view(self, view: View) -> None:
        """Show a state; showing the same state again costs nothing."""
        if view == self._view:
            return
        self._view = view
        self.headline.setText(view.headline)
        self.detail.setText(view.detail)
        self.setAccessibleDescription(f"{view.headline}. {view.detail}")
        runs_down = view.kind is Kind.UNLOCKED and self._look.still
        self.bar.setVisible(view.share is not None and not runs_down)
        self.bar.setValue(round(BAR_STEPS * (view.share or 0.0)))
        if restyle(self, "kind", view.kind.value, self.headline, self.detail, self.bar):
            self._draw_icon()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        self._draw_icon()

    def _draw_icon(self) -> None:
        side = max(round(min(self.height() * 0.3, self.width() * 0.4)), 1)
        colour = self._look.theme.kinds[self._view.kind].text
        self.picture.setPixmap(icon(ICONS[self._view.kind], colour, side))


MESSAGE_SECONDS = 5.0
STRIP_HEIGHT = {True: 34, False: 60}  # px at scale 1, for one line and for more


class Strip(FitLabel):
    """The messages for the staff, one at a time; hidden while there are none."""

    def __init__(self) -> None:
        super().__init__("strip", smallest=0.8)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_messages(self, messages: Sequence[str], now: float, scale: float) -> None:
        """Show the message whose turn it is at time `now`, s."""
        shown = [each for each in messages if each] or [""]
        turn = int(now / MESSAGE_SECONDS) % len(shown)
        text = translate("door", "({number} of {total})  {message}") if len(shown) > 1 else "{message}"
        self.setText(text.format(number=turn + 1, total=len(shown), message=shown[turn]))
        self.setVisible(bool(self.text()))
        self.fit(scale)

    def fit(self, scale: float) -> None:
        """Set the height for one line or for several."""
        room = self.contentsRect().width()
        one_line = self.fontMetrics().horizontalAdvance(self.text()) <= room
        self.setFixedHeight(max(round(STRIP_HEIGHT[one_line] * scale), 1))


_PICTURE_UNITS = (80, 52)
_MOST_UNITS = 300


class LivePicture(QWidget):
    """The feed's picture in small; it follows the feed, and takes no frames of its own."""

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self._feed = feed
        self.setAccessibleName(translate("staff", "Camera picture"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        feed.pictured.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(px(_PICTURE_UNITS[0]), px(_PICTURE_UNITS[1]))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        painter = QPainter(self)
        paint_rounded(painter, self, px(8), "#05080b")
        if not self._feed.picture.isNull():
            paint_picture(painter, self._feed.picture, self, mirrored=self._feed.mirrored)
        painter.end()


class Corner(QFrame):
    """Picture, icon and words for the state of the door."""

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self.setObjectName("corner")
        self.setAccessibleName(translate("staff", "The door"))
        self.picture = LivePicture(feed)
        self._icon, self.words = Icon(26), FitLabel("state", smallest=0.7)
        self._view: View | None = None
        layout = row(self.picture, self._icon, self.words, gap=8, margin=4)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        limit_width(self, _MOST_UNITS)

    def show_view(self, view: View) -> None:
        if view == self._view:
            return
        self._view = view
        self.words.setText(view.headline)
        self.setAccessibleDescription(f"{view.headline}. {view.detail}")
        if restyle(self, "kind", view.kind.value, self.words, self._icon):
            self._icon.draw(ICONS[view.kind])
