from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kiosk.config import ConfigFile
from kiosk.domain import Embedding, Rejection, Template
from kiosk.encoders import EncoderSpec
from kiosk.encoders.statistics import Statistics
from kiosk.evaluation.calibration.calibrating import DoorReport, PoorPicture
from kiosk.evaluation.calibration.distances import OddPicture, PicturePair, gallery_distances
from kiosk.evaluation.calibration.model import VisitRule, calibrated
from kiosk.evaluation.pages.calibration import calibration_page, write_calibration
from kiosk.evaluation.pages.page import Advice, Choices, Pairs, Plots, as_html
from kiosk.people.snapshot import GallerySnapshot

SPEC = EncoderSpec("made_up", 16, (), 0.8, 0.04, "key", "MIT", "nowhere", 0, None, None)
RULE = VisitRule(3, 5, 0.9)


def template(person: str, number: int, vector: np.ndarray) -> Template:
    unit = (vector / np.linalg.norm(vector)).astype(np.float32)
    return Template(person, Embedding(unit, SPEC.name), f"{person}/{person}_{number:04d}.jpg")


@pytest.fixture
def gallery() -> GallerySnapshot:
    random = np.random.default_rng(5)
    faces = {name: random.normal(0, 1, 16) for name in ("Ada", "Bob", "Cem", "Dora", "Eva", "Finn", "Gus", "Hana")}
    pictures = [(name, number) for name in faces for number in (1, 2)]
    templates = [template(name, number, faces[name] + random.normal(0, 0.2, 16)) for name, number in pictures]
    return GallerySnapshot(SPEC.name, tuple(templates))


@pytest.fixture
def door(gallery: GallerySnapshot, folder: Path) -> DoorReport:
    random = np.random.default_rng(6)
    known = Statistics.of(random.normal(0.4, 0.1, 4000), random.normal(1.4, 0.15, 40_000), "made-up faces", 300)
    found = calibrated(gallery_distances(gallery), known, RULE, in_force=0.8, margin=0.04, asked=1e-2)
    ada, bob = gallery.templates_of("Ada")[0], gallery.templates_of("Bob")[0]
    return DoorReport(
        config=ConfigFile(None),
        folder=folder,
        encoder=SPEC,
        gallery=gallery,
        rule=RULE,
        threshold=0.8,
        margin=0.04,
        asked=1e-2,
        statistics=known,
        own_statistics=False,
        calibration=found,
        journal=None,
        confusable=(PicturePair(ada, bob, 0.31),),
        odd=(OddPicture(0, ada, 0.9, bob, 0.31), OddPicture(1, ada, 0.9, None, 1.1)),
        poor=(PoorPicture(ada, (Rejection.TOO_DARK, Rejection.TOO_BLURRED)),),
        all_looked_at=True,
    )


def items(report: DoorReport, kind: type) -> list:
    return [item for part in calibration_page(report).sections for item in part.items if isinstance(item, kind)]


def test_alternatives_stand_side_by_side_with_what_is_in_force(door: DoorReport) -> None:
    (choices,) = items(door, Choices)
    assert [choice.name for choice in choices.choices] == ["Stricter", "Balanced", "Easier", "In force now"]
    assert [choice.name for choice in choices.choices if choice.chosen] == ["Balanced"]


def test_curves_mark_what_is_in_force_and_what_is_proposed(door: DoorReport) -> None:
    (plots,) = items(door, Plots)
    assert [plot.name for plot, _ in plots.plots] == ["trade-off", "distances"]
    assert all("in force 0.800" in plot.described and "proposed" in plot.described for plot, _ in plots.plots)


def test_pairs_and_pictures_are_shown(door: DoorReport) -> None:
    alike, odd, poor = items(door, Pairs)
    assert [portrait.name for portrait in alike.pairs[0].portraits] == ["Ada", "Bob"]
    assert alike.pairs[0].portraits[0].source
    assert alike.pairs[0].tone == "warn"
    assert "probably shows Bob" in odd.pairs[0].text
    assert "right person?" in odd.pairs[1].text
    assert "too dark" in poor.pairs[0].value
    assert items(door, Advice)


def test_a_promise_and_an_estimate_are_told_apart(door: DoorReport) -> None:
    page = calibration_page(door)
    estimate = replace(door, gallery=GallerySnapshot(SPEC.name, door.gallery.templates[:2]))
    assert page.lead[0].startswith("A stranger's visit" if door.promised else "An estimate")
    assert page.cards[0].tone == ("good" if door.promised else "warn")
    assert as_html(calibration_page(estimate))


def test_door_without_an_answer_says_why(door: DoorReport) -> None:
    nobody = replace(
        door,
        gallery=GallerySnapshot(SPEC.name),
        calibration=None,
        statistics=None,
        confusable=(),
        odd=(),
        poor=(),
    )
    page = calibration_page(nobody)
    assert "nobody is enrolled" in page.lead[0]
    assert page.cards == ()
    assert page.plots == ()
    assert as_html(page)


def test_hostile_names_are_text(door: DoorReport, tmp_path: Path) -> None:
    hostile = template("<script>alert(1)</script>", 1, np.ones(16))
    write_calibration(tmp_path / "out.html", replace(door, confusable=(PicturePair(hostile, hostile, 0.2),)))
    text = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_large_gallery_is_drawn_from_a_part_of_it(door: DoorReport) -> None:
    vectors = np.random.default_rng(0).normal(0, 1, (1600, 16))
    many = tuple(template(f"P{number}", 1, vector) for number, vector in enumerate(vectors))
    page = calibration_page(replace(door, gallery=GallerySnapshot(SPEC.name, many), calibration=None))
    assert [plot.name for plot in page.plots] == ["distances"]
