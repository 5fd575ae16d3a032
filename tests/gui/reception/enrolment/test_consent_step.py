import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtWidgets import QApplication, QScroller, QStackedWidget, QWidget

from kiosk import i18n
from kiosk.files import asset
from kiosk.gui.reception.enrolment import consent_step
from kiosk.gui.reception.enrolment.consent_step import ConsentStep
from kiosk.gui.reception.enrolment.step import Draft
from kiosk.people.consent import read_consent

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def step(context, shown) -> ConsentStep:
    found = ConsentStep(context, Draft("Ada_Lovelace"))
    shown(found)
    return found


@pytest.fixture(autouse=True)
def no_double_taps(monkeypatch):
    """What has been seen is known at once."""
    monkeypatch.setattr(QApplication, "doubleClickInterval", lambda: 0)


def test_the_shipped_text_is_shown_and_what_is_agreed_to_is_written_down(qtbot, agree, step):
    step.enter()
    assert "Ada Lovelace, please read" in step.heading.text()
    assert "voluntary" in step.page.toPlainText()
    with qtbot.waitSignal(step.done):
        agree(step)
    shipped = read_consent(asset("consent.en.md"))
    consent = step.draft.consent
    assert (consent.sha256, consent.version, consent.language) == (shipped.sha256, shipped.version, "en")
    assert consent.recorded_by == "Ida"


def settled(qtbot) -> None:
    """Everything has its place, and the text was looked at since."""
    for _ in range(3):
        qtbot.wait(20)
        QApplication.processEvents()


def agreed(step) -> list[object]:
    happened: list[object] = []
    step.done.connect(lambda: happened.append(step.draft.consent))
    return happened


def test_the_keys_go_to_the_text_and_enter_and_space_do_not_agree(qtbot, step):
    happened = agreed(step)
    step.enter()
    settled(qtbot)
    assert step.page.hasFocus()
    assert (step.agree.isEnabled(), step.unread.isVisible()) == (False, True)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) * 30:
        qtbot.keyClick(step.window().focusWidget(), key)
    settled(qtbot)
    assert step.agree.isEnabled(), "Space has scrolled to the end"
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) * 30:
        qtbot.keyClick(step.window().focusWidget(), key)
    assert happened == []
    step.agree.setFocus()
    qtbot.keyClick(step.agree, Qt.Key.Key_Return)
    assert happened == []
    qtbot.keyClick(step.agree, Qt.Key.Key_Space)
    assert len(happened) == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_End])
def test_the_text_scrolls_by_keys_and_is_read_at_its_end(qtbot, step, key):
    step.enter()
    settled(qtbot)
    bar = step.page.verticalScrollBar()
    while bar.value() < bar.maximum():
        assert not step.agree.isEnabled()
        before = bar.value()
        qtbot.keyClick(step.page, key)
        assert bar.value() > before
    qtbot.waitUntil(step.agree.isEnabled)
    assert not step.unread.isVisible()
    assert step.agree.accessibleDescription() == ""


def test_what_was_read_stays_read_but_not_for_the_next_person(qtbot, step):
    step.enter()
    settled(qtbot)
    qtbot.keyClick(step.page, Qt.Key.Key_End)
    qtbot.waitUntil(step.agree.isEnabled)
    step.page.verticalScrollBar().setValue(0)
    step.resize(800, 300)
    settled(qtbot)
    assert step.agree.isEnabled()
    step.leave()
    step.enter()
    assert (step.agree.isEnabled(), step.page.verticalScrollBar().value()) == (False, 0)
    settled(qtbot)
    assert (step.agree.isEnabled(), step.unread.isVisible()) == (False, True)
    assert step.agree.accessibleDescription() == step.unread.text()


@pytest.mark.parametrize("size", [(1900, 1060), (1080, 1900)])
def test_a_text_that_fits_is_read_at_once_and_enter_does_not_agree_even_then(qtbot, step, size):
    happened = agreed(step)
    step.window().resize(*size)
    step.resize(*size)
    step.enter()
    qtbot.waitUntil(step.agree.isEnabled)
    assert step.page.verticalScrollBar().maximum() == 0
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space) * 5:
        qtbot.keyClick(step.window().focusWidget(), key)
    assert happened == []


def test_the_second_tap_of_a_double_tap_does_not_agree(qtbot, context, shown, monkeypatch):
    monkeypatch.setattr(QApplication, "doubleClickInterval", lambda: 600_000)
    step = ConsentStep(context, Draft("Ada_Lovelace"))
    shown(step, (800, 480))
    step.window().resize(1900, 1060)
    step.resize(1900, 1060)
    step.enter()
    qtbot.waitUntil(lambda: step.page.verticalScrollBar().maximum() == 0)
    settled(qtbot)
    assert not step.agree.isEnabled()


def test_a_window_that_grows_until_all_fits_lets_agree(qtbot, step):
    step.enter()
    settled(qtbot)
    assert not step.agree.isEnabled()
    step.resize(1900, 1200)
    qtbot.waitUntil(step.agree.isEnabled)


def test_a_step_that_is_not_on_the_screen_is_not_read(qtbot, context, shown):
    stack = QStackedWidget()
    step = ConsentStep(context, Draft("Ada_Lovelace"))
    for page in (QWidget(), step):
        stack.addWidget(page)
    shown(stack, (800, 480))
    step.enter()
    settled(qtbot)
    assert not step.agree.isEnabled()
    stack.setCurrentWidget(step)
    settled(qtbot)
    assert not step.agree.isEnabled()


def test_a_long_text_is_not_read_before_it_is_laid_out(qtbot, home, services, step):
    own_text(
        home, services, "# Our own\n\n" + "\n\n".join(f"Paragraph {number} of our text." for number in range(5000))
    )
    step.enter()
    settled(qtbot)
    assert not step.agree.isEnabled()
    qtbot.keyClick(step.page, Qt.Key.Key_PageDown)
    settled(qtbot)
    assert not step.agree.isEnabled()


def test_a_text_of_one_line_is_read_at_once(qtbot, home, services, step):
    own_text(home, services, "Our text.")
    step.enter()
    qtbot.waitUntil(step.agree.isEnabled)


def test_a_finger_scrolls_the_text_to_its_end(qtbot, step):
    step.enter()
    settled(qtbot)
    # As a flick does: no test program sends the touches themselves.
    scroller = QScroller.scroller(step.page.viewport())
    scroller.scrollTo(QPointF(0, step.page.verticalScrollBar().maximum() // 2), 50)
    qtbot.waitUntil(lambda: scroller.state() == QScroller.State.Inactive)
    settled(qtbot)
    assert not step.agree.isEnabled()
    scroller.scrollTo(QPointF(0, 10_000), 50)
    qtbot.waitUntil(step.agree.isEnabled)


def own_text(home, services, text: str | bytes) -> None:
    (home / "own").mkdir()
    (home / "own" / "consent.en.md").write_bytes(text.encode() if isinstance(text, str) else text)
    (home / "config.yaml").write_text(
        (home / "config.yaml").read_text().replace("reception: {", "reception: {consent: own, ")
    )
    services.config.changed()


def test_the_text_is_that_of_the_screen_s_language(step, monkeypatch):
    monkeypatch.setattr(i18n, "language", lambda: "de")
    step.enter()
    assert step.text.language == "de"


def test_a_company_s_own_text_takes_the_place_of_the_shipped_one(home, services, step):
    own_text(home, services, "# Our own\n\nOur text.")
    step.enter()
    assert "Our text." in step.page.toPlainText()


def test_without_a_text_nobody_can_agree(qtbot, home, services, step):
    own_text(home, services, b"\xff\xfe")
    step.enter()
    settled(qtbot)
    assert not step.agree.isEnabled()
    assert not step.unread.isVisible()
    assert "UTF-8" in step.page.toPlainText()


def test_who_does_not_agree_leaves_nothing(qtbot, step):
    step.enter()
    with qtbot.waitSignal(step.refused):
        qtbot.mouseClick(step.refuse, LEFT)
    assert step.draft.consent is None


def test_whoever_reads_is_not_sent_away_but_not_waited_for_for_ever(step, screen):
    step.enter()
    for _ in range(20):
        step.on_reading()
    assert 3 <= screen.stayed <= consent_step._READINGS
    step.leave()
    assert not step._timer.isActive()


def test_where_there_is_little_room_it_is_the_texts(step, shown):
    shown(step).resize(800, 200)
    assert not step.heading.isVisible()
    step.resize(800, 480)
    assert step.heading.isVisible()
