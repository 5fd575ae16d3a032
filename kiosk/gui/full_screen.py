"""Full screen: the window stays there until it is told to leave."""

from PyQt6.QtCore import QEvent, QObject, QTimer, pyqtSlot
from PyQt6.QtWidgets import QWidget

_AGAIN_MS = 100  # no busy loop against a window manager that insists


class FullScreen(QObject):
    """Keeps a window in full screen, also if a window manager minimises or restores it.

    Attributes:
        active: whether the window is meant to be in full screen.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.active = False
        self._window = window
        self._windowed = window.geometry()  # to come back to
        self._soon = QTimer(self)  # after the change: some platforms ignore a request during it
        self._soon.setSingleShot(True)
        self._soon.setInterval(_AGAIN_MS)
        self._soon.timeout.connect(self.on_changed)
        window.installEventFilter(self)

    def enter(self) -> None:
        """Cover the screen."""
        self.active = True
        self._windowed = self._window.geometry()
        self._cover_screen()

    def leave(self) -> None:
        """Become a window again."""
        self.active = False
        self._window.showNormal()
        self._window.setGeometry(self._windowed)

    @pyqtSlot()
    def on_changed(self) -> None:
        """Cover the screen again if a window manager changed that."""
        if self.active and (self._window.isMinimized() or not self._window.isFullScreen()):
            self._cover_screen()
            self._window.activateWindow()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        if watched is self._window and event is not None and event.type() == QEvent.Type.WindowStateChange:
            self._soon.start()
        return super().eventFilter(watched, event)

    def _cover_screen(self) -> None:
        screen = self._window.screen()
        if screen is not None:
            # On a bare X server nobody else does: there is no window manager that could be asked.
            self._window.setGeometry(screen.geometry())
        self._window.showFullScreen()
