"""A cover over a page: nothing below it can be used while it is shown."""

from __future__ import annotations

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSlot
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QAbstractButton, QApplication, QFrame, QWidget


class Cover(QFrame):
    """Covers its parent, takes every key and touch, and keeps Tab among its buttons."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shade")
        self._before: QWidget | None = None
        self._inside: QWidget | None = None  # what had the focus last
        self.hide()
        parent.installEventFilter(self)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self.on_focus_changed)

    def cover(self) -> None:
        """Show it; the caller then gives the focus to one of its buttons."""
        window, parent = self.window(), self.parentWidget()
        if not self.isVisible():
            self._before = window.focusWidget() if window is not None else None
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()

    def uncover(self, *, give_back: bool = True) -> None:
        """Hide it; `give_back` puts the focus where it was before."""
        before, self._before, self._inside = self._before, None, None
        self.hide()
        if give_back and before is not None and not sip.isdeleted(before) and before.isVisible():
            before.setFocus()

    @pyqtSlot("QWidget*", "QWidget*")
    def on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        """Keep the focus; a widget below that asked for it gets it afterwards."""
        if now is None or not self.isVisible() or now.window() is not self.window():
            return
        if self.isAncestorOf(now):
            self._inside = now
        elif not _is_covering(now) and self._inside is not None and not sip.isdeleted(self._inside):
            self._before = now
            self._inside.setFocus()

    def cancel(self) -> None:
        """Do what Esc asks for."""
        self.uncover()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        # The key that brought it up may still be held down.
        if event is not None and event.key() == Qt.Key.Key_Escape and not event.isAutoRepeat():
            self.cancel()

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: N802, A002  (Qt's names)
        """Move the focus among the buttons only."""
        if not self.isVisible():
            return super().focusNextPrevChild(next)
        stops = [each for each in self.findChildren(QAbstractButton) if each.isVisible() and each.isEnabled()]
        focused = [index for index, button in enumerate(stops) if button.hasFocus()]
        if stops:
            index = (focused[0] + (1 if next else -1)) % len(stops) if focused else 0
            stops[index].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        if watched is self.parent() and event is not None and event.type() == QEvent.Type.Resize:
            parent = self.parentWidget()
            if parent is not None:
                self.setGeometry(parent.rect())
        return super().eventFilter(watched, event)


def _is_covering(widget: QWidget | None) -> bool:
    """Return whether a widget is part of a cover."""
    while widget is not None and not isinstance(widget, Cover):
        widget = widget.parentWidget()
    return widget is not None
