"""Report pages: every protocol and a door as one safe HTML page, their plots, and how they are written."""

import math
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib.figure import Figure

from kiosk.domain import Rejection, Template
from kiosk.errors import EvaluationError
from kiosk.evaluation.calibration.distances import OddPicture, PicturePair
from kiosk.evaluation.extractors import PathLabel
from kiosk.evaluation.pages.calibration import calibration_page
from kiosk.evaluation.pages.evaluation import evaluation_page
from kiosk.evaluation.pages.page import Page, PortraitPair, Section, as_html, check_folder, write_folder, write_page
from kiosk.evaluation.pages.plots import Line, against_people, det, distances
from kiosk.evaluation.rates import wilson
from kiosk.evaluation.tables import Table, noun, one_in, percent, shortened
from kiosk.people.snapshot import GallerySnapshot

HOSTILE = '<img src=x onerror="alert(1)">"\'&\u202e\x1b'
OWN, PEER = PathLabel("dlib_resnet", "haar"), PathLabel("dlib", "hog", peer=True)


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


@pytest.fixture(scope="module")
def plot():
    return det([line()])


@pytest.fixture
def page(plot):
    """page("Ada"): a page with every kind of item, on which everything bears that name."""

    def make(name="Ada", **changes):
        pair = PortraitPair(((name, "data:image/jpeg;base64,AAAA", ""), (name, "", name)), name, name, True)
        items = {
            "table": Table(("Path", name), ((name, name), (name, name)), (name,)),
            "plots": [(plot if name == "Ada" else det([line(name)]), name)],
            "pairs": [(name, [pair])],
            "text": [f"`code` of {name}"],
            "notes": [name],
        }
        values = {
            "kind": "lfw",
            "title": name,
            "eyebrow": name,
            "lead": (name, f"run `kiosk <b>` for {name}"),
            "sections": [Section(anchor, name, **items) for anchor in "abc"],
            "facts": ((name, name),),
            "made_at": datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
        }
        return Page(**{**values, **changes})

    return make


def test_names_are_text_and_the_page_refers_to_nothing_outside(page):
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


def test_a_report_replaces_the_last_one_and_no_page_of_others(tmp_path, page):
    folder = tmp_path / "new" / "report"
    check_folder(folder)
    assert names(folder) == set()
    write_folder(folder, page(title="first"))
    assert names(folder) == {"index.html", "det.png"}
    assert (folder / "det.png").read_bytes().startswith(b"\x89PNG")
    assert "second" in write_folder(folder, page(title="second")).read_text(encoding="utf-8")
    (tmp_path / "index.html").write_text("<h1>Mine</h1>", encoding="utf-8")
    for write in (lambda: write_folder(tmp_path, page()), lambda: write_page(tmp_path / "index.html", page())):
        with pytest.raises(EvaluationError, match="not a page of the kiosk"):
            write()
    assert (tmp_path / "index.html").read_text() == "<h1>Mine</h1>"
    (tmp_path / "taken").write_bytes(b"")
    for where in (tmp_path / "taken", tmp_path / "taken" / "report"):
        with pytest.raises(EvaluationError, match="cannot be written"):
            check_folder(where)


# Plots ----------------------------------------------------------------------------------------------------------------


def test_plots_hold_their_names_and_bear_any_distances():
    failed = Line("failed", np.array([np.nan, 0.3]), np.array([np.inf, np.nan]))
    svg = det([line("first"), line("second", mean=0.6), failed]).svg
    assert "first" in svg
    assert "second" in svg
    assert len(det([line("many", pairs=30_000, mean=0.7)]).svg) < 200_000  # only visible points are drawn
    random = np.random.default_rng(0)
    near, far, marks = random.normal(0.4, 0.1, 300), random.normal(0.8, 0.1, 1), [("FMR 1 %", 0.61), ("none", np.inf)]
    drawn = distances("histogram", "t", near, far, marks).svg
    for text in ("300 pairs of one person", "1 pair of two people", "FMR 1 % 0.610"):
        assert text in drawn
    for genuine, impostor in (([], []), ([np.nan], [np.inf, 1e9])):
        assert distances("d", "t", np.array(genuine), np.array(impostor), [("", 0.5)]).png
    lines = [(name, ((10, wilson(1, 20)), (1000, wilson(8, 20)))) for name in ("$one$", "_two")]
    drawn = against_people("n", "t", "members not recognised", lines)
    for text in ("1,000", "$one$", "two"):
        assert text in drawn.svg


# The pages ------------------------------------------------------------------------------------------------------------


def test_figures_have_the_digits_that_mean_something():
    for written, value, text in (
        (percent, 0.9882, "98.82 %"),
        (percent, 0.99, "99.0 %"),
        (percent, 0.000067, "0.0067 %"),
        (percent, 0.0, "0 %"),
        (percent, math.nan, "-"),
        (one_in, 0.000123, "1 in 8,100"),
        (one_in, 0.34, "1 in 2.9"),
        (one_in, 0.0, "1 in more than 1,000,000,000"),
        (one_in, 0.75, "75.0 %"),
    ):
        assert written(value) == text
    assert [noun(number, "person", "people") for number in (1, 2000)] == ["1 person", "2,000 people"]
    assert shortened("a\n" + "x" * 400, 10) == "a " + "x" * 7 + "…"


@pytest.fixture
def sketched(monkeypatch):
    """Plots are drawn, and not saved: that takes a third of a second each."""

    def save(figure, file, **options):
        file.write("<svg></svg>" if options["format"] == "svg" else b"")

    monkeypatch.setattr(Figure, "savefig", save)


def section(shown, anchor):
    return next(part for part in shown.sections if part.anchor == anchor)


def told(shown):
    return " ".join(shown.lead)


@pytest.mark.usefixtures("sketched")
def test_the_page_of_lfw(report, lfw_result, tmp_path):
    own, peer = lfw_result(), lfw_result(PEER, mean=0.45)
    page = evaluation_page(report("lfw", own, peer, replace(own, path=PathLabel("pixels", "none"))))
    assert "pixel by pixel" in told(page)
    assert "400 pairs of 600 people" in told(page)
    assert "dlib, hog (peer) on the same pictures" in told(page)
    assert [part.anchor for part in page.sections] == ["results", "curves", "distances", "worst", "pictures"]
    facts = dict(page.facts)
    assert (facts["Seed"], facts["Time taken"], facts["Pairs"]) == ("7", "0:01:15", "pairs.txt")
    assert "Training" not in facts
    assert section(page, "pictures").table.rows[0][3] == "no_face 3, unreadable 1"
    results, accuracy = section(page, "results").table, own.verification.accuracy
    bounds = f"[{accuracy.interval.low:.2%}, {accuracy.interval.high:.2%}]"
    assert results.rows[0][:2] == (str(OWN), f"{accuracy.value:.2%} ± {accuracy.standard_error:.2%} {bounds}")
    assert results.notes[0] == "400 pairs of 600 people; one threshold."
    assert results.notes[-1].startswith("* no pair of two people is below this threshold")
    alone = evaluation_page(report("lfw", peer))
    assert "dlib, hog" in told(alone)
    assert "too few pairs" not in told(alone)
    far, close = section(alone, "worst").pairs
    assert [(caption, pairs[0].value, pairs[0].warns) for caption, pairs in (far, close)] == [
        ("one person, but far apart", "0.710", False),
        ("two people, but close", "0.420", True),
    ]
    shown = (*far[1][0].portraits, *close[1][0].portraits)
    assert [bool(source) for _, source, _ in shown] == [True, True, True, False]
    assert shown[0][0] == "Ada 0001"
    index = write_folder(tmp_path / "report", page)
    assert Reader(index.read_text(encoding="utf-8")).text
    assert {"det.png", "distances-1.png", "distances-2.png"} < names(index.parent)


@pytest.mark.usefixtures("sketched")
def test_the_page_of_an_open_set(report, open_set_result):
    shown = evaluation_page(report("open-set", open_set_result))
    assert "With 1,000 people enrolled, and a threshold that accepts 1 in 100 strangers' pictures, 38.0 %" in told(
        shown
    )
    assert "With 10 people, 1 each, it is 5.0 %" in told(shown)
    assert [plot.name for plot in shown.plots] == ["fnir-1", "fnir-2"]
    assert "with five pictures each" in Reader(as_html(shown)).text
    row = section(shown, "results").table.rows[0]
    assert row[1:5] == ("10", "1", "1.00%", "5.00% (5 of 100) [2.15%, 11.18%]")
    assert row[6:] == ("96.00%", "0.5000", "10 of 1000, 800 people")


@pytest.mark.usefixtures("sketched")
def test_the_page_of_visits(report, visits_result):
    shown = evaluation_page(report("visits", visits_result))
    assert "Of 10,000 visits by strangers, none opened the door: at most 1 in 2,600 would" in told(shown)
    assert "Of 500 visits by members, 9 (1.8 %) ended refused" in told(shown)
    assert "3 of 5 frames agreeing, threshold 0.520, margin 0.03" in told(shown)
    assert [plot.name for plot in shown.plots] == ["thresholds-1"]
    results = section(shown, "results").table
    assert results.notes[0] == "3 of 5 frames, margin 0.0300; 2 galleries of each size."
    assert results.notes[-1].startswith("Of two rows, the second has the highest threshold")
    assert results.rows[0][5:7] == ("0.5200", "0.00% (0 of 10000) [0.00%, 0.04%]")
    assert results.rows[0][-1] == "median 3, p90 4"
    assert section(shown, "frames").table.rows == [
        (str(visits_result.path), "pictures, N = 100", "0.61", "0.2 %", "0.11 %", "0 %")
    ]
    nothing = evaluation_page(report("visits", replace(visits_result, rows=(), facts={})))
    assert "There is no answer" in told(nothing)


@pytest.fixture
def door(make_report, folder):
    report = make_report(8, 2, folder=folder)
    ada, bob = (Template(name, report.gallery.templates[0].embedding, "Ada/Ada_0001.jpg") for name in ("Ada", "Bob"))
    return replace(
        report,
        confusable=(PicturePair(ada, bob, 0.31),),
        odd=(OddPicture(0, ada, 0.9, bob, 0.31), OddPicture(1, ada, 0.9, None, 1.1)),
        poor=((ada, (Rejection.TOO_DARK, Rejection.TOO_BLURRED)),),
    )


@pytest.mark.usefixtures("sketched")
def test_the_page_of_a_door(door):
    shown = calibration_page(door)
    assert section(shown, "settings").table.headings == ("", "stricter", "balanced", "easier", "in force now")
    assert [plot.name for plot in shown.plots] == ["trade-off", "distances"]
    assert all("in force 0.700" in plot.described and "proposed" in plot.described for plot in shown.plots)
    ((_, (alike,)),) = section(shown, "alike").pairs
    assert [name for name, *_ in alike.portraits] == ["Ada", "Bob"]
    assert (bool(alike.portraits[0][1]), alike.warns) == (True, True)
    (_, (other, unknown)), (_, (poor,)) = section(shown, "pictures").pairs
    assert "probably shows Bob" in other.text
    assert "right person?" in unknown.text
    assert "too dark" in poor.value
    assert shown.lead[0].startswith("A stranger's visit" if door.promised else "An estimate")
    Reader(as_html(shown))


@pytest.mark.usefixtures("sketched")
def test_the_page_of_a_door_without_an_answer_and_of_a_large_one(door, world, tmp_path):
    empty = replace(door, gallery=GallerySnapshot("x"), calibration=None, statistics=None, confusable=(), odd=())
    shown = calibration_page(empty)
    assert "nobody is enrolled" in shown.lead[0]
    assert shown.plots == ()
    large = calibration_page(replace(door, gallery=world.gallery(1600, 1), calibration=None))
    assert [plot.name for plot in large.plots] == ["distances"]
    hostile = replace(door.confusable[0].one, person="<script>alert(1)</script>")
    alike = replace(empty, confusable=(PicturePair(hostile, hostile, 0.2),))
    write_page(tmp_path / "door.html", calibration_page(alike))
    assert "<script" not in (tmp_path / "door.html").read_text(encoding="utf-8")
