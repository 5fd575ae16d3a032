"""The visitors page: refused unknown faces, to be enrolled or deleted."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PyQt6.QtGui import QImage

from kiosk.domain import Candidate, Embedding, Frame
from kiosk.door.build import Choices, build_station
from kiosk.door.services import StaffServices
from kiosk.files import asset
from kiosk.gui.reception.enrolment.page import EnrolmentPage
from kiosk.gui.reception.page import EVERYBODY, PageEntry
from kiosk.gui.reception.shell import Reception
from kiosk.gui.reception.visitors import ShownFace, ShownVisitor, VisitorCard, VisitorsPage
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.staff import Role, StaffMember
from kiosk.people.visitors import UnknownVisitor, Visitor
from kiosk.store.journal import Action
from kiosk.vision.demo import RATE_HZ, draw

NOW = datetime.now(UTC)


@pytest.fixture
def keeping(services: StaffServices) -> StaffServices:
    """Services of a kiosk that keeps the faces of refused visitors."""
    path = services.config.path
    path.write_text(path.read_text().replace("reception: {", "reception: {keep_refused_hours: 24, "))
    services.config.changed()
    return services


def looks(person: int, shot: int = 0) -> Embedding:
    """The same person number gives embeddings within the threshold, another one does not."""
    vector = np.random.default_rng(person).normal(size=128)
    vector = vector / np.linalg.norm(vector)
    vector += np.random.default_rng([person, shot]).normal(size=128) * 0.01
    return Embedding((vector / np.linalg.norm(vector)).astype(np.float32), "dlib_resnet")


@pytest.fixture
def keep(keeping: StaffServices) -> Callable[..., int]:
    """keep(person, shot, minutes_ago=0): another face in the store; returns its id."""
    picture = asset("demo", "gallery", "Grace_Hopper.jpg").read_bytes()

    def store(person: int, shot: int = 0, minutes_ago: int = 0) -> int:
        return keeping.visitors.keep(picture, looks(person, shot), datetime.now(UTC) - timedelta(minutes=minutes_ago))

    return store


@pytest.fixture
def page(keeping, crowd, make_office, shown):
    crowd().snapshot = GallerySnapshot("dlib_resnet")
    page = shown(VisitorsPage(make_office()))
    yield page
    page.leave()


def enter(qtbot, page, cards: int) -> list:
    page.enter()
    qtbot.waitUntil(lambda: len(page.cards) == cards)
    return list(page.cards.values())


def test_each_visitor_has_a_card_newest_first_and_cards_that_stay_are_left_alone(qtbot, page, keep):
    keep(1, 0, minutes_ago=30)
    keep(1, 1, minutes_ago=20)
    (card,) = enter(qtbot, page, 1)
    assert not page.empty.isVisible()
    card.faces[0].click()
    keep(2)
    page.on_look()
    qtbot.waitUntil(lambda: len(page.cards) == 2)
    assert [len(page._list.itemAt(place).widget().faces) for place in range(2)] == [1, 2]
    assert page.delete_all.isVisible()
    assert card in page.cards.values()
    assert card.left_out
    for person in range(3, 26):
        keep(person)
    enter(qtbot, page, 20)
    assert page.more.isVisible()
    page.more.click()
    qtbot.waitUntil(lambda: len(page.cards) == 25)
    assert not page.more.isVisible()
    page.leave()
    assert (page.cards, page._timer.isActive()) == ({}, False), "no face stays"


def test_where_nothing_is_kept_it_says_so_and_shows_the_way_to_the_installer_alone(make_office, shown, screen):
    for role, visible in ((Role.INSTALLER, True), (Role.RECEPTION, False)):
        page = shown(VisitorsPage(make_office(role)))
        page.enter()
        assert "not kept" in page.empty.text()
        assert page.settings.isVisible() == visible
        page.settings.click()
        page.leave()
    assert screen.went == [("settings", {})] * 2


def test_once_saved_the_faces_leave_the_store_and_the_journal_has_it(qtbot, page, keep, screen, keeping):
    first, second = keep(1, 0, minutes_ago=2), keep(1, 1, minutes_ago=1)
    (card,) = enter(qtbot, page, 1)
    card.faces[1].click()
    card.enrol.click()
    page.leave()
    screen.went[0][1]["saved"]("Ada")
    assert [visitor.id for visitor in keeping.visitors.visitors()] == [first]
    assert second != first
    (entry,) = keeping.journal.actions(1)
    assert (entry.action, entry.subject) == (Action.VISITOR_ENROLLED.value, "Ada")


def test_deleting_asks_first_and_is_for_good(qtbot, page, keep, screen, keeping):
    keep(1)
    keep(2)
    cards = enter(qtbot, page, 2)
    cards[0].dismiss.click()
    assert screen.asked[0][0] == "Delete 1 faces of this visitor?"
    screen.answers["Keep"]()
    assert keeping.visitors.count() == 2
    cards[0].dismiss.click()
    screen.answers["Delete"]()
    qtbot.waitUntil(lambda: len(page.cards) == 1)
    assert keeping.visitors.count() == 1
    assert keeping.journal.actions(1)[0].action == Action.VISITOR_DISMISSED.value
    page.delete_all.click()
    assert screen.asked[-1][0] == "Delete the faces of all unknown visitors?"


def test_a_store_that_cannot_be_read_is_told(qtbot, page, keeping, screen):
    keeping.visitors.path.mkdir(parents=True)
    page.enter()
    qtbot.waitUntil(lambda: bool(screen.noticed))
    assert "visitors.sqlite3" in screen.noticed[0]


def test_a_visitor_becomes_somebody_whom_the_door_knows(qtbot, agree, keeping, feed, shown):
    """From the refusal at the door, through name and consent, to the grant; the real wizard, network and files."""
    choices = Choices(keeping.config, keeping.folder, "demo", fast=True)
    pages = [PageEntry(name, name, "visitors", EVERYBODY, make) for name, make in
             (("visitors", VisitorsPage), ("enrol", EnrolmentPage))]  # fmt: skip
    frames = [(number, draw(number)) for number in range(10 * RATE_HZ, round(12.5 * RATE_HZ), 3)]
    with closing(build_station(choices, lambda *_: None)) as station:
        keeping.station = station
        for number, image in frames:
            station.process(Frame(image, number / RATE_HZ, number))
        assert keeping.visitors.count() == 1
        reception = shown(Reception(keeping, feed, lambda do, then: None, lambda: pages))
        reception.on_entered(StaffMember("Ida", Role.RECEPTION))
        page = reception.stack.currentWidget()
        qtbot.waitUntil(lambda: len(page.cards) == 1)
        next(iter(page.cards.values())).enrol.click()
        wizard = reception.stack.currentWidget()
        wizard.name.name.set_text("Eileen Collins")
        wizard.name.next.click()
        qtbot.waitUntil(lambda: wizard.step is wizard.consent)
        agree(wizard.consent)
        qtbot.waitUntil(lambda: wizard.step is wizard.check and wizard.check.save.isEnabled())
        assert not list(keeping.folder.glob("Eileen*"))  # nothing is saved before somebody says so
        wizard.check.save.click()
        qtbot.waitUntil(lambda: station.refresh().people == 2)
        assert keeping.visitors.count() == 0
        assert keeping.people.record("Eileen Collins").consent is not None
        reports = [station.process(Frame(image, 60 + n / RATE_HZ, 9000 + n)) for n, image in frames]
        assert [done.person for report in reports for done in report.settled] == ["Eileen Collins"]
        reception.close_jobs()
        keeping.station = None


@pytest.fixture
def make(shown):
    def card(faces: int, nearest: Candidate, name: str = "Ada L.") -> VisitorCard:
        kept = tuple(Visitor(number, NOW - timedelta(days=number), looks(1, number)) for number in range(faces))
        pictures = [ShownFace(face, f"{face.id}".encode(), QImage()) for face in kept]
        return shown(VisitorCard(ShownVisitor(UnknownVisitor(kept, nearest), pictures, name), 0.38))

    return card


def test_who_is_most_alike_is_told_and_proposed_where_it_is_likely_with_the_whole_name(make):
    for distance, proposed in ((0.44, True), (0.60, False)):
        card = make(1, Candidate("Ada", distance))
        assert f"Closest: Ada L. at {distance:.2f} (limit 0.38)." in card.alike.text()
        assert (card.proposal is not None) == proposed
    name = "Maximiliane-Wilhelmine Freifrau von und zu Hohenstein"
    card = make(1, Candidate("M", 0.3), name)
    assert card.proposal.accessibleName() == f"This is {name}"
    assert card.proposal.sizeHint().width() < 400
    assert name in card.alike.text()


def test_a_face_can_be_left_out_and_without_any_nobody_is_enrolled(make):
    card = make(2, Candidate("Ada", 0.40))
    card.faces[0].click()
    assert (card.left_out, card.pictures) == ({0}, [b"1"])
    card.faces[1].click()
    assert not card.enrol.isEnabled()
    assert not card.proposal.isEnabled()
    card.faces[1].click()
    assert card.enrol.isEnabled()
