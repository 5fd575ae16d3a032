import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from kiosk.evaluation.pages.acquisition import stages
from kiosk.evaluation.pages.page import (
    Advice,
    Card,
    Choice,
    Choices,
    Page,
    Pair,
    Pairs,
    Plots,
    Portrait,
    Section,
    Table,
    Text,
    as_html,
    section,
)
from kiosk.evaluation.pages.wording import Cell

HOSTILE = '<img src=x onerror="alert(1)">"\'&\u202e\x1b'


class Reader(HTMLParser):
    """Elements and attributes of a page; whether every element is closed."""

    VOID = frozenset({"meta", "img", "br", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.drawn: list[str] = []  # inside a plot
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def found(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        (self.drawn if "svg" in self.open else self.tags).append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found(tag, attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found(tag, attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def page(name: str = "Ada", **changes) -> Page:
    plot = stages([(name, {name: 3.0})])
    items = (
        Text(f"`code` of {name}"),
        Text(name, note=True),
        Table(name, ("Path", name), ((name, Cell(name, name, best=True)), (Cell(name), name)), name),
        Plots(((plot, name),)),
        Pairs(name, (Pair((Portrait(name, "data:image/jpeg;base64,AAAA"), Portrait(name)), name, name, "warn"),)),
        Choices((Choice(name, ((name, name, name),), chosen=True, text=name),)),
        Advice(((name, name), (name, ""))),
    )
    values = {
        "title": name,
        "eyebrow": name,
        "lead": (name, name),
        "cards": (Card(name, name, name, "good"),),
        "sections": (Section("a", name, items), Section("b", name, ()), Section("c", name, ())),
        "facts": ((name, name),),
        "terms": ((name, name),),
        "limits": (name,),
        "made_at": datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    }
    return Page(**{**values, **changes})


def test_every_kind_of_item_makes_well_formed_html() -> None:
    reader = Reader(as_html(page()))
    assert reader.open == []
    assert {"table", "figure", "svg", "ol", "dl", "img", "nav"} <= set(reader.tags)


def test_names_are_text_whatever_they_hold() -> None:
    html = as_html(page(HOSTILE))
    tame, hostile = Reader(as_html(page())), Reader(html)
    assert hostile.tags == tame.tags
    assert set(hostile.drawn) == set(tame.drawn)
    assert [name for name, _ in hostile.attributes if name.startswith("on")] == []
    assert "onerror" in hostile.text
    assert "\u202e" not in html
    assert "\x1b" not in html


def test_page_refers_to_nothing_outside_and_forbids_it() -> None:
    html = as_html(page())
    reader = Reader(html)
    links = [value for name, value in reader.attributes if name in {"src", "href", "xlink:href", "srcset", "action"}]
    assert links
    assert {value.partition(":")[0] if value[0] != "#" else "#" for value in links} == {"data", "#"}
    assert re.findall(r"url\((?!#)", html) == []
    assert "@import" not in html
    assert "script" not in reader.tags
    assert any(value.startswith("default-src 'none'") for _, value in reader.attributes)


def test_page_serves_dark_screens_narrow_screens_and_printers() -> None:
    html = as_html(page())
    assert "prefers-color-scheme: dark" in html
    assert "max-width: 680px" in html
    assert "@media print" in html
    assert ("name", "viewport") in Reader(html).attributes


def test_cells_carry_their_heading_for_narrow_screens() -> None:
    assert ("data-label", "Ada") in Reader(as_html(page())).attributes


def test_code_is_set_as_code_and_stays_text() -> None:
    html = as_html(page(lead=("run `kiosk <b>`, an odd ` too",)))
    assert "<code>kiosk &lt;b&gt;</code>" in html


def test_empty_page_is_a_page() -> None:
    html = as_html(page(lead=(), cards=(), sections=(), facts=(), terms=(), limits=()))
    assert Reader(html).open == []


def test_a_section_of_nothing_is_none() -> None:
    assert section("a", "b", [None]) == ()
    assert len(section("a", "b", [Text("c"), None])) == 1


@pytest.mark.parametrize("item", page().sections[0].items, ids=lambda item: item.kind)
def test_each_item_is_shown(item) -> None:
    assert "Ada" in as_html(page(sections=(Section("a", "b", (item,)),)))


def test_plots_of_a_page_are_those_of_its_sections() -> None:
    assert [plot.name for plot in page().plots] == ["milliseconds"]
