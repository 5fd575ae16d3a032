"""The door as the staff sees it while they work: a small live picture, and whether it is locked."""

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from kiosk.gui.banner import FitLabel
from kiosk.gui.controls import polish_again
from kiosk.gui.feed import Feed, paint_picture, paint_rounded
from kiosk.gui.layouts import px, row
from kiosk.gui.state import View
from kiosk.gui.theme import DARK, ICONS, Theme, icon
from kiosk.i18n import translate

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
        self._icon, self._words = QLabel(), FitLabel("state", smallest=0.7)
        self._view: View | None = None
        self._theme: Theme = DARK
        layout = row(self.picture, self._icon, self._words, gap=8, margin=4)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(px(_MOST_UNITS))

    @property
    def words(self) -> str:
        return self._words.text()

    def dress(self, theme: Theme) -> None:
        """Take over colours and the window's scale."""
        self._theme, view, self._view = theme, self._view, None
        self.setMaximumWidth(px(_MOST_UNITS))
        self.picture.updateGeometry()
        if view is not None:
            self.show_view(view)

    def show_view(self, view: View) -> None:
        if view == self._view:
            return
        self._view = view
        self._words.setText(view.headline)
        self.setAccessibleDescription(f"{view.headline}. {view.detail}")
        self.setProperty("kind", view.kind.value)
        for widget in (self, self._words, self._icon):
            polish_again(widget)
        self._icon.setPixmap(icon(ICONS[view.kind], self._theme.kinds[view.kind].text, px(26)))
