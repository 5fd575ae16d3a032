from PyQt6.QtWidgets import QPushButton, QWidget

from kiosk.gui.controls import centred, column, fit_layouts, flow, row, set_scale


def test_gaps_follow_the_scale(qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    inner = row(QWidget(), gap=6)
    holder.setLayout(column(inner, QWidget(), gap=10, margin=4))
    set_scale(2.0)
    fit_layouts(holder)
    layout = holder.layout()
    assert layout is not None
    assert (layout.spacing(), layout.contentsMargins().left(), inner.spacing()) == (20, 8, 12)


def test_no_gap_stays_no_gap(qtbot):
    assert row(gap=0).spacing() == 0


def test_a_flow_takes_as_many_lines_as_it_needs(shown):
    buttons = [QPushButton("a button with words") for _ in range(4)]
    holder = QWidget()
    layout = flow(*buttons)
    holder.setLayout(layout)
    shown(holder).resize(440, 300)
    one_line = layout.heightForWidth(5000)
    assert layout.heightForWidth(440) > one_line
    assert all(button.geometry().right() <= 440 for button in buttons)
    tops = {button.geometry().top() for button in buttons}
    assert len(tops) > 1


def test_a_widget_taken_from_a_flow_is_gone(qtbot):
    layout = flow(QPushButton("one"), QPushButton("two"))
    assert layout.takeAt(0) is not None
    assert (layout.count(), layout.takeAt(5), layout.itemAt(7)) == (1, None, None)


def test_a_centred_widget_is_as_wide_as_there_is_room_up_to_its_limit(shown):
    holder, inner = QWidget(), QWidget()
    holder.setLayout(centred(inner, 300))
    shown(holder).resize(480, 200)
    holder.layout().activate()
    assert (inner.width(), abs(inner.geometry().center().x() - 240) <= 1) == (300, True)
    holder.resize(200, 200)
    holder.layout().activate()
    assert inner.width() > 190


def test_the_limit_grows_with_the_window(qtbot):
    holder, inner = QWidget(), QWidget()
    qtbot.addWidget(holder)
    holder.setLayout(centred(inner, 300))
    set_scale(2.0)
    fit_layouts(holder)
    assert inner.maximumWidth() == 600


def test_a_widget_that_is_hidden_leaves_no_gap_in_a_flow(shown):
    hidden, seen = QPushButton("hidden"), QPushButton("seen")
    holder = QWidget()
    holder.setLayout(flow(hidden, seen))
    hidden.hide()
    shown(holder).resize(440, 300)
    assert seen.geometry().left() == 0
