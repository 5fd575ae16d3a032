"""The table: rows high enough for a finger, one chosen at a time."""

from PyQt6.QtCore import QAbstractItemModel
from PyQt6.QtWidgets import QAbstractItemView, QScroller, QTableView

from kiosk.gui.controls.scale import px

ROW_UNITS = 44


class Table(QTableView):
    """A view of any table model; the model's rows are opened with Enter, a tap or a double click (`activated`)."""

    def __init__(self, model: QAbstractItemModel, name: str) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)  # Tab leaves the table, the arrows move in it
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        rows = self.verticalHeader()
        if rows is not None:
            rows.hide()
            rows.setDefaultSectionSize(px(ROW_UNITS))
        columns = self.horizontalHeader()
        if columns is not None:
            columns.setHighlightSections(False)
            columns.setStretchLastSection(True)
        viewport = self.viewport()
        if viewport is not None:
            QScroller.grabGesture(viewport, QScroller.ScrollerGestureType.TouchGesture)
