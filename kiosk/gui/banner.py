"""The large card: the state of the door in words, icon and colour."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QLabel, QProgressBar, QVBoxLayout

from kiosk.gui.icons import ICONS, icon
from kiosk.gui.labels import FitLabel
from kiosk.gui.state import Kind, View
from kiosk.gui.theme import DARK, Theme
from kiosk.i18n import translate

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
