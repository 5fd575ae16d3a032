"""A card says what is known of a visitor and offers what can be done."""

from datetime import UTC, datetime, timedelta

import pytest
from PyQt6.QtGui import QImage

from kiosk.domain import Candidate
from kiosk.gui.reception.visitors import ShownVisitor, VisitorCard, moment
from kiosk.people.visitors import UnknownVisitor, Visitor

NOW = datetime.now(UTC)


@pytest.fixture
def make(shown, looks):
    def card(faces: int = 3, nearest: Candidate | None = None, images: int | None = None) -> VisitorCard:
        count = images or faces
        kept = tuple(Visitor(number, NOW - timedelta(days=number), looks(1, number), b"") for number in range(faces))
        pictures = tuple(f"{number}".encode() for number in range(count))
        name = "Ada L." if nearest else ""
        visitor = ShownVisitor(UnknownVisitor(kept, nearest), pictures, (QImage(),) * count, name)
        return shown(VisitorCard(visitor, 0.38))

    return card


def test_it_says_how_often_and_when(make):
    assert make(1).seen.text() == f"Refused at {moment(NOW)}"
    assert make(3).seen.text().startswith("Refused 3 times")


def test_today_needs_no_date():
    assert len(moment(NOW)) < len(moment(NOW - timedelta(days=3)))


@pytest.mark.parametrize(("distance", "proposed"), [(0.44, True), (0.60, False)])
def test_who_is_most_alike_is_told_and_proposed_where_it_is_likely(make, distance, proposed):
    card = make(1, Candidate("Ada", distance))
    assert f"Ada L., at a distance of {distance:.2f}; 0.38" in card.alike.text()
    assert (card.proposal is not None) == proposed


def test_where_nobody_can_be_compared_it_says_so(make):
    card = make(1)
    assert card.proposal is None
    assert "nobody" in card.alike.text()


def test_a_face_can_be_left_out_and_without_any_nobody_is_enrolled(qtbot, make):
    card = make(2, Candidate("Ada", 0.40))
    card.faces[0].click()
    assert (card.left_out, card.pictures) == ({0}, [b"1"])
    card.faces[1].click()
    assert not card.enrol.isEnabled()
    assert not card.proposal.isEnabled()
    card.faces[1].click()
    assert card.enrol.isEnabled()


def test_its_buttons_say_whose_the_faces_are(qtbot, make):
    card = make(1, Candidate("Ada", 0.40))
    assert card.proposal.text() == "This is Ada L."
    with qtbot.waitSignal(card.wanted) as known:
        card.proposal.click()
    with qtbot.waitSignal(card.wanted) as new:
        card.enrol.click()
    with qtbot.waitSignal(card.dismissed):
        card.dismiss.click()
    assert (known.args, new.args) == (["Ada"], [""])


def test_more_faces_than_are_shown_are_counted(make):
    texts = [note.text() for note in make(5, images=2).findChildren(type(make(1).alike))]
    assert "and 3 more faces" in texts


def test_a_face_that_was_purged_meanwhile_does_not_go_along(shown, looks):
    kept = tuple(Visitor(number, NOW, looks(1, number), b"") for number in range(2))
    card = shown(VisitorCard(ShownVisitor(UnknownVisitor(kept), (b"", b"1"), (QImage(), QImage()), ""), 0.38))
    assert card.pictures == [b"1"]


def test_a_long_name_is_cut_on_the_button_and_read_out_whole(shown, looks):
    name = "Maximiliane-Wilhelmine Freifrau von und zu Hohenstein"
    kept = (Visitor(0, NOW, looks(1), b""),)
    visitor = ShownVisitor(UnknownVisitor(kept, Candidate("M", 0.3)), (b"0",), (QImage(),), name)
    card = shown(VisitorCard(visitor, 0.38))
    assert card.proposal.accessibleName() == f"This is {name}"
    assert card.proposal.sizeHint().width() < 400
    assert name in card.alike.text()
