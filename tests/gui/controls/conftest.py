from collections.abc import Callable

import pytest
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kiosk.gui.controls import set_scale
from kiosk.gui.theme import DARK, style_sheet


@pytest.fixture(autouse=True)
def scale(qapp) -> None:
    set_scale(1.0)


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[QWidget], QWidget]:
    """shown(widget): on the screen, dressed as on the staff side."""

    holders = []

    def show(widget: QWidget) -> QWidget:
        holder = QWidget()
        holder.setObjectName("reception")
        holder.setStyleSheet(style_sheet(DARK, 1.0))
        widget.setParent(holder)
        qtbot.addWidget(holder)
        holders.append(holder)
        holder.resize(480, 480)
        holder.show()
        widget.show()
        return widget

    return show
