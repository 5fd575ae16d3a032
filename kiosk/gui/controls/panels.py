"""What holds other parts: a card, and a page that scrolls under a finger."""

from PyQt6.QtCore import Qt, pyqtSlot
from PyQt6.QtWidgets import QApplication, QFrame, QLayout, QScrollArea, QScroller, QWidget

from kiosk.gui.controls.layouts import Part, column


class Panel(QFrame):
    """Parts below each other on a card."""

    def __init__(self, *parts: Part, gap: int = 8, margin: int = 12) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setLayout(column(*parts, gap=gap, margin=margin))


class ScrollPage(QScrollArea):
    """Content as high as it needs to be; whatever gets the focus comes into view."""

    def __init__(self, content: QLayout) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setObjectName("scrolled")
        inner.setLayout(content)
        self.setWidget(inner)
        viewport = self.viewport()
        if viewport is not None:
            QScroller.grabGesture(viewport, QScroller.ScrollerGestureType.TouchGesture)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self.on_focus_changed)

    @pyqtSlot(QWidget, QWidget)
    def on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now)
