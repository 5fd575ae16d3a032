import pytest

from kiosk.gui.reception.people.pictures_panel import PictureCard, PicturesPanel
from kiosk.gui.reception.people.rows import Look, PictureFacts, gather


@pytest.fixture
def panel(context, crowd, shown, services) -> PicturesPanel:
    crowd()
    panel = shown(PicturesPanel(context))
    panel.open("Grace_Hopper")
    panel.show_row(gather(services).rows[0])
    return panel


def test_each_picture_is_shown_with_what_it_is_like(panel, qtbot):
    qtbot.waitUntil(lambda: bool(panel.cards) and panel.cards[0].quality.text() == "Good picture")
    assert not panel.cards[0].picture.pixmap().isNull()
    assert "three pictures" in panel.advice.text()
    assert panel.cards[0].remove.accessibleName() == "Remove picture 1"


def test_a_picture_goes_only_after_a_question(panel, qtbot, screen, home, services):
    qtbot.waitUntil(lambda: bool(panel.cards))
    panel.cards[0].remove.click()
    ((_, detail),) = screen.asked
    assert "last one" in detail
    assert list(screen.answers)[-1] == "Keep it"
    screen.answers["Keep it"]()
    assert (home / "images" / "Grace_Hopper.jpg").exists()
    with qtbot.waitSignal(panel.changed):
        screen.answers["Remove"]()
    assert not (home / "images" / "Grace_Hopper.jpg").exists()
    assert [(row.action, row.staff) for row in services.journal.actions(1)] == [("pictures_removed", "Ida")]


def test_more_pictures_are_asked_for(panel, qtbot):
    with qtbot.waitSignal(panel.more_wanted):
        panel.add.click()


def test_another_person_shows_none_of_the_one_before(panel, qtbot):
    qtbot.waitUntil(lambda: bool(panel.cards))
    panel.open("Ada")
    assert panel.cards == []


def test_a_card_says_why_a_picture_is_not_used(shown):
    card = shown(PictureCard(2, PictureFacts("a.jpg", used=False, reason="no face found")))
    card.show_look(Look())
    assert card.quality.text() == "Not used: no face found"
    assert card.picture.accessibleName() == "Picture 2"


def test_a_picture_of_somebody_else_is_marked_in_words(shown):
    card = shown(PictureCard(1, PictureFacts("a.jpg", used=True, distance=0.7, fits=False)))
    assert card.distance.text() == "Unlike the others: 0.70"


def test_pictures_are_looked_at_one_after_the_other(panel, services, crowd, qtbot):
    (services.folder / "Ada").mkdir()
    for number in range(5):
        copy = services.folder / "Ada" / f"{number}.jpg"
        copy.write_bytes((services.folder / "Grace_Hopper.jpg").read_bytes())
    crowd(Ada=[0.0, 0.1, 0.2, 0.3, 0.4])
    panel.open("Ada")
    panel.show_row(next(row for row in gather(services).rows if row.person == "Ada"))
    qtbot.waitUntil(lambda: len(panel.cards) == 5)
    assert len(panel._waiting) == 4
    qtbot.waitUntil(lambda: all(card.quality.text() == "Good picture" for card in panel.cards))
