"""Report pages: every protocol and a door as one safe HTML page, their plots, and how they are written."""

import math
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from kiosk.config import ConfigFile
from kiosk.domain import Embedding, Rejection, Template
from kiosk.encoders import EncoderSpec
from kiosk.encoders.statistics import Statistics
from kiosk.errors import EvaluationError
from kiosk.evaluation.calibration.calibrating import DoorReport, PoorPicture
from kiosk.evaluation.calibration.distances import OddPicture, PicturePair, gallery_distances
from kiosk.evaluation.calibration.model import VisitRule, calibrated
from kiosk.evaluation.intervals import wilson
from kiosk.evaluation.pages.calibration import calibration_page, write_calibration
from kiosk.evaluation.pages.evaluation import evaluation_page, write_report
from kiosk.evaluation.pages.page import (
    Page,
    Paragraph,
    Plots,
    PortraitPair,
    PortraitPairs,
    Section,
    as_html,
    check_folder,
    write_folder,
    write_page,
)
from kiosk.evaluation.pages.plots import Line, against_people, det, distances
from kiosk.evaluation.pages.wording import at_most, noun, one_in, percent, shortened
from kiosk.evaluation.results import PathLabel
from kiosk.evaluation.tables import Table
from kiosk.people.snapshot import GallerySnapshot

HOSTILE = '<img src=x onerror="alert(1)">"\'&\u202e\x1b'
PEER = PathLabel("dlib", "hog", peer=True)


# HTML -----------------------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """The elements and attributes of a page; every element must be closed."""

    VOID = frozenset({"meta", "img", "br", "link"})

    def __init__(self, text):
        super().__init__()
        self.tags, self.drawn, self.attributes, self.open, self.text = [], [], [], [], ""
        self.feed(text)
        assert self.open == []

    def found(self, tag, attrs):
        (self.drawn if "svg" in self.open else self.tags).append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_starttag(self, tag, attrs):
        self.found(tag, attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.found(tag, attrs)

    def handle_data(self, data):
        self.text += data


def line(name="haar", pairs=300, mean=0.4):
    random = np.random.default_rng(1)
    return Line(name, random.normal(mean, 0.1, pairs), random.normal(0.8, 0.1, pairs), ((0.01, 0.05), (0.0, 0.2)))


def histogram(title, marks):
    random = np.random.default_rng(0)
    return distances("histogram", title, random.normal(0.4, 0.1, 300), random.normal(0.8, 0.1, 1), marks)


def page(name="Ada", **changes):
    items = (
        Paragraph(f"`code` of {name}"),
        Paragraph(name, note=True),
        Table(("Path", name), ((name, name), (name, name)), (name,)),
        Plots(((det([line(name)]), name),)),
        PortraitPairs(
            name, (PortraitPair(((name, "data:image/jpeg;base64,AAAA", ""), (name, "", name)), name, name, True),)
        ),
    )
    values = {
        "kind": "lfw",
        "title": name,
        "eyebrow": name,
        "lead": (name, f"run `kiosk <b>` for {name}"),
        "sections": (Section("a", name, items), Section("b", name, items), Section("c", name, items)),
        "facts": ((name, name),),
        "made_at": datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    }
    return Page(**{**values, **changes})


def test_names_are_text_and_the_page_refers_to_nothing_outside():
    html, hostile_html = as_html(page()), as_html(page(HOSTILE))
    tame, hostile = Reader(html), Reader(hostile_html)
    assert {"table", "figure", "svg", "ol", "dl", "img", "nav"} <= set(tame.tags)
    assert (hostile.tags, set(hostile.drawn)) == (tame.tags, set(tame.drawn))
    assert [name for name, _ in hostile.attributes if name.startswith("on")] == []
    assert "onerror" in hostile.text
    assert "\u202e" not in hostile_html
    assert "\x1b" not in hostile_html
    assert "<code>kiosk &lt;b&gt;</code>" in html
    links = [value for name, value in tame.attributes if name in {"src", "href", "xlink:href", "srcset", "action"}]
    assert {value.partition(":")[0] if value[0] != "#" else "#" for value in links} == {"data", "#"}
    assert re.findall(r"url\((?!#)", html) == []
    assert "script" not in tame.tags
    assert any(value.startswith("default-src 'none'") for _, value in tame.attributes)
    for rule in ("prefers-color-scheme: dark", "max-width: 680px", "@media print"):
        assert rule in html
    Reader(as_html(page(lead=(), sections=(), facts=())))


# Writing --------------------------------------------------------------------------------------------------------------


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_a_report_replaces_the_last_one_and_no_page_of_others(tmp_path):
    folder = tmp_path / "new" / "report"
    check_folder(folder)
    assert names(folder) == set()
    write_folder(folder, page("first"))
    assert names(folder) == {"index.html", "det.png"}
    assert (folder / "det.png").read_bytes().startswith(b"\x89PNG")
    assert "second" in write_folder(folder, page("second")).read_text(encoding="utf-8")
    (tmp_path / "index.html").write_text("<h1>Mine</h1>", encoding="utf-8")
    for write in (lambda: write_folder(tmp_path, page()), lambda: write_page(tmp_path / "index.html", page())):
        with pytest.raises(EvaluationError, match="not a page of the kiosk"):
            write()
    assert (tmp_path / "index.html").read_text() == "<h1>Mine</h1>"
    (tmp_path / "taken").write_bytes(b"")
    for where in (tmp_path / "taken", tmp_path / "taken" / "report"):
        with pytest.raises(EvaluationError, match="cannot be written"):
            check_folder(where)


# Words ----------------------------------------------------------------------------------------------------------------


def test_figures_have_the_digits_that_mean_something():
    for written, value, text in (
        (percent, 0.9882, "98.82 %"),
        (percent, 0.99, "99.0 %"),
        (percent, 0.000067, "0.0067 %"),
        (percent, 0.0, "0 %"),
        (percent, math.nan, "-"),
        (one_in, 0.000123, "1 in 8,100"),
        (one_in, 0.0, "1 in more than 1,000,000,000"),
        (one_in, 0.75, "75.0 %"),
        (at_most, wilson(0, 10_000), "at most 1 in 2,600"),
    ):
        assert (written(value)) == text
    assert [(noun(number, "person", "people")) for number in (1, 2000)] == ["1 person", "2,000 people"]
    assert shortened("a\n" + "x" * 400, 10) == "a " + "x" * 7 + "…"


# Plots ----------------------------------------------------------------------------------------------------------------


def test_curves_of_several_paths_stand_in_one_plot():
    svg = det([line("first"), line("second", mean=0.6)]).svg
    assert "first" in svg
    assert "second" in svg
    assert det([Line("tiny", np.array([0.1]), np.array([0.9]))]).png
    assert det([Line("failed", np.array([np.nan, 0.3]), np.array([np.inf, np.nan]))]).png
    assert len(det([line("many", pairs=100_000, mean=0.7)]).svg) < 200_000  # only visible points are drawn


def test_histograms_name_both_kinds_and_the_thresholds():
    drawn = histogram("t", [("FMR 1 %", 0.61)])
    for text in ("300 pairs of one person", "1 pair of two people", "FMR 1 % 0.610"):
        assert text in drawn.svg
    for genuine, impostor in (([], []), ([0.3], []), ([np.nan], [np.inf, 0.4]), ([0.5] * 9, [0.5] * 9), ([0.0], [1e9])):
        assert distances("d", "t", np.array(genuine), np.array(impostor), [("", 0.5), ("none", np.inf)]).png


def test_rates_stand_against_the_number_of_people():
    lines = [(name, ((10, wilson(1, 20)), (1000, wilson(8, 20)))) for name in ("$one$", "_two")]
    drawn = against_people("n", "t", "members not recognised", lines)
    for text in ("1,000", "$one$", "two"):
        assert text in drawn.svg


# The pages ------------------------------------------------------------------------------------------------------------


def tables(shown):
    return [item for part in shown.sections for item in part.items if isinstance(item, Table)]


def told(shown):
    return " ".join(shown.lead)


def test_the_page_of_lfw(report, lfw_result, tmp_path):
    own, peer = lfw_result(), lfw_result(PEER, mean=0.45)
    shown = evaluation_page(report("lfw", own, peer, replace(own, path=PathLabel("pixels", "none"))))
    assert "pixel by pixel" in told(shown)
    assert "400 pairs of 600 people" in told(shown)
    assert "dlib, hog (peer) on the same pictures" in told(shown)
    assert [part.anchor for part in shown.sections] == ["results", "curves", "distances", "worst", "pictures"]
    facts = dict(shown.facts)
    assert (facts["Seed"], facts["Time taken"], facts["Pairs"]) == ("7", "0:01:15", "pairs.txt")
    assert "Training" not in facts
    acquired = tables(shown)[-1]
    assert acquired.rows[0][3] == "no_face 3, unreadable 1"
    alone = evaluation_page(report("lfw", peer))
    assert "dlib, hog" in told(alone)
    assert "too few pairs" not in told(alone)
    (worst,) = (part for part in alone.sections if part.anchor == "worst")
    far, close = worst.items
    assert [(item.caption, item.pairs[0].value, item.pairs[0].warns) for item in worst.items] == [
        ("one person, but far apart", "0.710", False),
        ("two people, but close", "0.420", True),
    ]
    shown = (*far.pairs[0].portraits, *close.pairs[0].portraits)
    assert [bool(source) for _, source, _ in shown] == [True, True, True, False]
    assert shown[0][0] == "Ada 0001"
    index = write_report(tmp_path / "report", report("lfw", own, peer))
    assert Reader(index.read_text(encoding="utf-8")).text
    assert {"det.png", "distances-1.png", "distances-2.png"} < names(index.parent)


def test_the_page_of_an_open_set(report, open_set_result):
    shown = evaluation_page(report("open-set", open_set_result))
    assert "With 1,000 people enrolled, and a threshold that accepts 1 in 100 strangers' pictures, 38.0 %" in told(
        shown
    )
    assert "With 10 people, 1 each, it is 5.0 %" in told(shown)
    assert [plot.name for plot in shown.plots] == ["fnir-1", "fnir-2"]
    assert "with five pictures each" in Reader(as_html(shown)).text


def test_the_page_of_visits(report, visits_result):
    shown = evaluation_page(report("visits", visits_result))
    assert "Of 10,000 visits by strangers, none opened the door: at most 1 in 2,600 would" in told(shown)
    assert "Of 500 visits by members, 9 (1.8 %) ended refused" in told(shown)
    assert "3 of 5 frames agreeing, threshold 0.520, margin 0.03" in told(shown)
    assert [plot.name for plot in shown.plots] == ["thresholds-1"]
    results, frames, _ = tables(shown)
    assert results.notes[-1].startswith("Of two rows, the second has the highest threshold")
    assert frames.rows == [(str(visits_result.path), "pictures, N = 100", "0.61", "0.2 %", "0.11 %", "0 %")]
    nothing = evaluation_page(report("visits", replace(visits_result, rows=(), facts={})))
    assert "There is no answer" in told(nothing)


SPEC = EncoderSpec("made_up", 16, (), 0.8, 0.04, "key", "MIT", "nowhere", 0, None, None)


def template(person, number, vector):
    unit = (vector / np.linalg.norm(vector)).astype(np.float32)
    return Template(person, Embedding(unit, SPEC.name), f"{person}/{person}_{number:04d}.jpg")


@pytest.fixture
def door(folder):
    random = np.random.default_rng(5)
    faces = {name: random.normal(0, 1, 16) for name in ("Ada", "Bob", "Cem", "Dora", "Eva", "Finn", "Gus", "Hana")}
    pictures = [(name, number) for name in faces for number in (1, 2)]
    templates = [template(name, number, faces[name] + random.normal(0, 0.2, 16)) for name, number in pictures]
    gallery, rule = GallerySnapshot(SPEC.name, tuple(templates)), VisitRule(3, 5, 0.9)
    known = Statistics.of(random.normal(0.4, 0.1, 4000), random.normal(1.4, 0.15, 40_000), "made-up faces", 300)
    ada, bob = gallery.templates_of("Ada")[0], gallery.templates_of("Bob")[0]
    return DoorReport(
        config=ConfigFile(None),
        folder=folder,
        encoder=SPEC,
        gallery=gallery,
        rule=rule,
        threshold=0.8,
        margin=0.04,
        asked=1e-2,
        statistics=known,
        calibration=calibrated(gallery_distances(gallery), known, rule, in_force=0.8, margin=0.04, asked=1e-2),
        journal=None,
        confusable=(PicturePair(ada, bob, 0.31),),
        odd=(OddPicture(0, ada, 0.9, bob, 0.31), OddPicture(1, ada, 0.9, None, 1.1)),
        poor=(PoorPicture(ada, (Rejection.TOO_DARK, Rejection.TOO_BLURRED)),),
        all_checked=True,
    )


def test_the_page_of_a_door(door):
    shown = calibration_page(door)
    items = [item for part in shown.sections for item in part.items]
    (settings,) = tables(shown)
    assert settings.headings == ("", "stricter", "balanced", "easier", "in force now")
    assert [plot.name for plot in shown.plots] == ["trade-off", "distances"]
    assert all("in force 0.800" in plot.described and "proposed" in plot.described for plot in shown.plots)
    alike, odd, poor = (item for item in items if isinstance(item, PortraitPairs))
    assert [name for name, *_ in alike.pairs[0].portraits] == ["Ada", "Bob"]
    assert (bool(alike.pairs[0].portraits[0][1]), alike.pairs[0].warns) == (True, True)
    assert "probably shows Bob" in odd.pairs[0].text
    assert "right person?" in odd.pairs[1].text
    assert "too dark" in poor.pairs[0].value
    assert shown.lead[0].startswith("A stranger's visit" if door.promised else "An estimate")
    Reader(as_html(shown))


def test_the_page_of_a_door_without_an_answer_and_of_a_large_one(door, tmp_path):
    nobody = GallerySnapshot(SPEC.name)
    empty = replace(door, gallery=nobody, calibration=None, statistics=None, confusable=(), odd=(), poor=())
    shown = calibration_page(empty)
    assert "nobody is enrolled" in shown.lead[0]
    assert shown.plots == ()
    vectors = np.random.default_rng(0).normal(0, 1, (1600, 16))
    many = tuple(template(f"P{number}", 1, vector) for number, vector in enumerate(vectors))
    large = calibration_page(replace(door, gallery=GallerySnapshot(SPEC.name, many), calibration=None))
    assert [plot.name for plot in large.plots] == ["distances"]
    hostile = template("<script>alert(1)</script>", 1, np.ones(16))
    path = Path(tmp_path / "door.html")
    write_calibration(path, replace(door, confusable=(PicturePair(hostile, hostile, 0.2),)))
    assert "<script" not in path.read_text(encoding="utf-8")
