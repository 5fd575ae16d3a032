"""The button: words, an icon in the words' colour, a target large enough for a finger."""

from PyQt6.QtCore import (  # type: ignore[attr-defined]  # the stubs have no pyqtProperty
    QEvent,
    QSize,
    Qt,
    pyqtProperty,
)
from PyQt6.QtGui import QIcon, QKeyEvent
from PyQt6.QtWidgets import QPushButton

from kiosk.gui.controls.scale import px
from kiosk.gui.icons import icon

_FINGER_UNITS = 44
_REDRAWN = (QEvent.Type.StyleChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.EnabledChange)


class Button(QPushButton):
    """A button of the staff side.

    Args:
        text: what it does; empty where the icon says it, then `name` is needed.
        icon_name: as in assets/icons; empty = none.
        kind: plain, primary (goes on), danger (cannot be undone), quiet (without a frame) or key (of a pad).
        name: for screen readers, where the text does not say it.
        deliberate: Enter does not press it, for what nobody should confirm unread; Space does.
    """

    def __init__(
        self, text: str = "", icon_name: str = "", kind: str = "plain", *, name: str = "", deliberate: bool = False
    ) -> None:
        super().__init__(text)
        self._icon_name = icon_name
        self._drawn: tuple[str, str, int] | None = None
        self._checked_colour = ""
        self.setProperty("kind", kind)
        self.setAccessibleName(name or text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_deliberate(deliberate)
        if name and not text:
            self.setToolTip(name)
        self._draw()

    def set_deliberate(self, deliberate: bool) -> None:
        """Whether Enter leaves it alone."""
        self._deliberate = deliberate
        self.setAutoDefault(not deliberate)  # Enter presses the button that has the focus

    def set_text(self, text: str, icon_name: str | None = None) -> None:
        """Other words, and another icon where one is given."""
        self.setText(text)
        self.setAccessibleName(text)
        if icon_name is not None:
            self._icon_name, self._drawn = icon_name, None
            self._draw()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Enter presses once, however long it is held, and a deliberate button not at all."""
        enter = event is not None and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if event is not None and enter and (self._deliberate or event.isAutoRepeat()):
            event.accept()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """No narrower than a finger; not by the style sheet, whose least width would let the words be cut off."""
        return super().sizeHint().expandedTo(QSize(px(_FINGER_UNITS), 0))

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        return self.sizeHint()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().changeEvent(event)
        if event is not None and event.type() in _REDRAWN:
            self._draw()

    @pyqtProperty(str)
    def checkedColour(self) -> str:  # noqa: N802  (named as in the style sheet, which sets it)
        """Of the icon while the button is checked: the style sheet's own colour for that is not in the palette."""
        return self._checked_colour

    @checkedColour.setter  # type: ignore[no-redef]
    def checkedColour(self, colour: str) -> None:  # noqa: N802
        self._checked_colour = colour
        self._draw()

    def _draw(self) -> None:
        side = max(round(self.fontMetrics().height() * 1.3), 1)
        colour = self.palette().color(self.foregroundRole()).name()
        if not self._icon_name or self._drawn == (colour, self._checked_colour, side):
            return
        self._drawn = colour, self._checked_colour, side
        drawn = QIcon(icon(self._icon_name, colour, side))
        if self._checked_colour:
            drawn.addPixmap(icon(self._icon_name, self._checked_colour, side), state=QIcon.State.On)
        self.setIconSize(QSize(side, side))
        self.setIcon(drawn)
