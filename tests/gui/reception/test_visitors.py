"""The visitors page: refused unknown faces, to be enrolled or deleted."""

from collections.abc import Callable, Iterator
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
from kiosk.gui.reception.visitors import ShownVisitor, VisitorCard, VisitorsPage
from kiosk.people.staff import Role, StaffMember
from kiosk.people.visitors import UnknownVisitor, Visitor
from kiosk.store.journal import Action
from kiosk.vision.alignment import as_png
from kiosk.vision.demo import RATE_HZ, draw
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture


@pytest.fixture
def running(services: StaffServices) -> Iterator[StaffServices]:
    path = services.config.path
    path.write_text(path.read_text().replace("reception: {", "reception: {keep_refused_hours: 24, "))
    services.config.changed()
    station = build_station(Choices(services.config, services.folder, "demo", fast=True), lambda *_: None)
    services.station = station
    yield services
    services.station = None
    station.close()


@pytest.fixture
def looks() -> Callable[..., Embedding]:
    """looks(person, shot): the same person number gives embeddings within the threshold, another one does not."""

    def make(person: int, shot: int = 0, encoder: str = "sface_fp16") -> Embedding:
        vector = np.random.default_rng(person).normal(size=128)
        vector = vector / np.linalg.norm(vector)
        vector += np.random.default_rng([person, shot]).normal(size=128) * 0.01
        return Embedding((vector / np.linalg.norm(vector)).astype(np.float32), encoder)

    return make


@pytest.fixture
def keep(running: StaffServices, looks: Callable[..., Embedding]) -> Callable[..., int]:
    """keep(person, shot, minutes_ago=0): another face in the store; returns its id."""
    picture = as_png(cv2.resize(read_picture(asset("demo", "eileen_collins.jpg")), (200, 200)))

    def store(person: int, shot: int = 0, minutes_ago: int = 0, embedding: Embedding | None = None) -> int:
        when = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        return running.visitors.keep(picture, embedding or looks(person, shot), when)

    return store


@pytest.fixture
def page(running, make_office, shown):
    page = VisitorsPage(make_office())
    shown(page)
    yield page
    page.leave()


def enter(qtbot, page, cards: int) -> list:
    page.enter()
    qtbot.waitUntil(lambda: len(page.cards) == cards, timeout=10_000)
    return list(page.cards.values())


def test_each_visitor_has_a_card_newest_first(qtbot, page, keep):
    keep(1, 0, minutes_ago=30)
    keep(1, 1, minutes_ago=20)
    keep(2, 0, minutes_ago=10)
    enter(qtbot, page, 2)
    shown = [len(page._list.itemAt(place).widget().faces) for place in range(2)]
    assert shown == [1, 2]
    assert not page.empty.isVisible()
    assert page.delete_all.isVisible()


def test_where_nothing_is_kept_it_says_so_and_shows_the_way_to_the_installer_alone(
    services, make_office, shown, screen
):
    for role, visible in ((Role.INSTALLER, True), (Role.RECEPTION, False)):
        page = shown(VisitorsPage(make_office(role)))
        page.enter()
        assert "not kept" in page.empty.text()
        assert page.settings.isVisible() == visible
        page.settings.click()
        page.leave()
    assert screen.went == [("settings", {})] * 2


def test_once_saved_the_faces_leave_the_store_and_the_journal_has_it(qtbot, page, keep, screen, running):
    first, second = keep(1, 0, minutes_ago=2), keep(1, 1, minutes_ago=1)
    (card,) = enter(qtbot, page, 1)
    card.faces[1].click()
    card.enrol.click()
    page.leave()
    screen.went[0][1]["saved"]("Ada")
    assert [visitor.id for visitor in running.visitors.visitors()] == [first]
    assert second != first
    (entry,) = running.journal.actions(1)
    assert (entry.action, entry.subject) == (Action.VISITOR_ENROLLED.value, "Ada")


def test_deleting_asks_first_and_is_for_good(qtbot, page, keep, screen, running):
    keep(1)
    keep(2)
    cards = enter(qtbot, page, 2)
    cards[0].dismiss.click()
    assert screen.asked[0][0] == "Delete 1 faces of this visitor?"
    screen.answers["Keep"]()
    assert running.visitors.count() == 2
    cards[0].dismiss.click()
    screen.answers["Delete"]()
    qtbot.waitUntil(lambda: len(page.cards) == 1, timeout=10_000)
    assert running.visitors.count() == 1
    assert running.journal.actions(1)[0].action == Action.VISITOR_DISMISSED.value


def test_a_visitor_who_comes_meanwhile_appears_and_cards_that_stay_are_left_alone(qtbot, page, keep):
    keep(1)
    (card,) = enter(qtbot, page, 1)
    card.faces[0].click()
    keep(2)
    page.on_look()
    qtbot.waitUntil(lambda: len(page.cards) == 2, timeout=10_000)
    assert card in page.cards.values()
    assert card.left_out


def test_many_visitors_come_in_portions(qtbot, page, keep):
    for person in range(25):
        keep(person)
    enter(qtbot, page, 20)
    assert page.more.isVisible()
    page.more.click()
    qtbot.waitUntil(lambda: len(page.cards) == 25, timeout=10_000)
    assert not page.more.isVisible()


def test_leaving_lets_go_of_every_face(qtbot, page, keep):
    keep(1)
    enter(qtbot, page, 1)
    page.leave()
    assert page.cards == {}
    assert not page._timer.isActive()


def test_a_store_that_cannot_be_read_is_told(qtbot, page, running, screen):
    running.visitors.path.mkdir(parents=True)
    page.enter()
    qtbot.waitUntil(lambda: bool(screen.noticed), timeout=10_000)
    assert "visitors.sqlite3" in screen.noticed[0]


def test_a_visitor_becomes_somebody_whom_the_door_knows(qtbot, agree, running, feed, shown):
    """From the refusal at the door, through name and consent, to the grant; the real wizard, network and files."""
    station = running.station
    for number in range(10 * RATE_HZ, round(12.5 * RATE_HZ), 3):
        station.process(Frame(draw(number), number / RATE_HZ, number))
    assert running.visitors.count() == 1
    pages = [PageEntry(name, name, "visitors", EVERYBODY, make) for name, make in
             (("visitors", VisitorsPage), ("enrol", EnrolmentPage))]  # fmt: skip
    reception = shown(Reception(running, feed, lambda do, then: None, lambda: pages))
    reception.on_entered(StaffMember("Ida", Role.RECEPTION))
    page = reception.stack.currentWidget()
    qtbot.waitUntil(lambda: len(page.cards) == 1, timeout=10_000)
    next(iter(page.cards.values())).enrol.click()
    wizard = reception.stack.currentWidget()
    wizard.name.name.set_text("Eileen Collins")
    wizard.name.next.click()
    qtbot.waitUntil(lambda: wizard.step is wizard.consent, timeout=10_000)
    agree(wizard.consent)
    qtbot.waitUntil(wizard.check.save.isEnabled, timeout=20_000)
    assert not list(running.folder.glob("Eileen*"))  # nothing is saved before somebody says so
    wizard.check.save.click()
    qtbot.waitUntil(lambda: station.refresh().people == 2, timeout=20_000)
    assert running.visitors.count() == 0
    assert running.people.record("Eileen Collins").consent is not None
    frames = [Frame(draw(n), 60 + n / RATE_HZ, 9000 + n) for n in range(10 * RATE_HZ, round(12.5 * RATE_HZ), 3)]
    let_in = [done.person for frame in frames for done in station.process(frame).settled]
    assert let_in == ["Eileen Collins"]
    reception.close_jobs()


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


@pytest.mark.parametrize(("distance", "proposed"), [(0.44, True), (0.60, False)])
def test_who_is_most_alike_is_told_and_proposed_where_it_is_likely(make, distance, proposed):
    card = make(1, Candidate("Ada", distance))
    assert f"Closest: Ada L. at {distance:.2f} (limit 0.38)." in card.alike.text()
    assert (card.proposal is not None) == proposed


def test_a_face_can_be_left_out_and_without_any_nobody_is_enrolled(qtbot, make):
    card = make(2, Candidate("Ada", 0.40))
    card.faces[0].click()
    assert (card.left_out, card.pictures) == ({0}, [b"1"])
    card.faces[1].click()
    assert not card.enrol.isEnabled()
    assert not card.proposal.isEnabled()
    card.faces[1].click()
    assert card.enrol.isEnabled()


def test_a_long_name_is_cut_on_the_button_and_read_out_whole(shown, looks):
    name = "Maximiliane-Wilhelmine Freifrau von und zu Hohenstein"
    kept = (Visitor(0, NOW, looks(1), b""),)
    visitor = ShownVisitor(UnknownVisitor(kept, Candidate("M", 0.3)), (b"0",), (QImage(),), name)
    card = shown(VisitorCard(visitor, 0.38))
    assert card.proposal.accessibleName() == f"This is {name}"
    assert card.proposal.sizeHint().width() < 400
    assert name in card.alike.text()
