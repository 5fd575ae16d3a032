"""The named values: boxes, who matches, and that nothing changes after it was made."""

import dataclasses
import inspect
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import domain
from kiosk.domain import Box, Candidate, Identification, Rejection, Verification, display_name

NAN = math.nan
TYPES = [value for value in vars(domain).values() if dataclasses.is_dataclass(value) and inspect.isclass(value)]

sides = st.integers(0, 60)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, top = draw(sides), draw(sides)
    return Box(left, top, left + draw(sides), top + draw(sides))


def mask(box: Box) -> np.ndarray:
    picture = np.zeros((130, 130), bool)
    picture[box.top : box.bottom, box.left : box.right] = True
    return picture


def search(*candidates: tuple[str, float], threshold: float = 0.5, margin: float = 0.25) -> Identification:
    return Identification(tuple(Candidate(*one) for one in candidates), threshold, margin, len(candidates))


@given(boxes(), boxes())
def test_area_and_overlap_count_pixels(one: Box, other: Box) -> None:
    assert one.area == mask(one).sum() == one.width * one.height
    common, together = (mask(one) & mask(other)).sum(), (mask(one) | mask(other)).sum()
    assert one.overlap(other) == pytest.approx(common / together if common else 0.0)
    assert one.overlap(other) == other.overlap(one)


def test_odd_boxes() -> None:
    inside_out = Box(10, 10, 4, 4)
    assert (inside_out.area, inside_out.overlap(Box(0, 0, 20, 20))) == (0, 0.0)
    assert Box(0, 0, 10, 10).overlap(Box(10, 0, 20, 10)) == 0.0
    assert Box(0, 10, 5, 20).centre == (2.5, 15.0)
    assert Box(40, 40, 60, 50).grown(0.5, 200, 200) == Box(30, 35, 70, 55)
    assert Box(5, 5, 95, 45).grown(1.0, 100, 50) == Box(0, 0, 100, 50)


@given(boxes(), st.floats(0, 3))
def test_grown_stays_inside_the_image_and_holds_the_box(box: Box, factor: float) -> None:
    grown = box.grown(factor, 130, 130)
    assert (mask(box) & ~mask(grown)).sum() == 0
    assert 0 <= grown.left <= grown.right <= 130
    assert 0 <= grown.top <= grown.bottom <= 130


def test_the_nearest_person_matches_within_threshold_and_margin_both_included() -> None:
    found = search(("Ada", 0.25), ("Lin", 0.75))
    assert (found.match, found.within_threshold) == ("Ada", True)
    assert (found.best, found.second) == (Candidate("Ada", 0.25), Candidate("Lin", 0.75))
    assert search(("Ada", 0.5), margin=1.0).match == "Ada"
    assert search(("Ada", math.nextafter(0.5, 1))).match is None
    assert Verification("Ada", 0.5, 0.5).accepted
    assert not Verification("Ada", math.nextafter(0.5, 1), 0.5).accepted
    assert search(("Ada", 0.25), ("Lin", 0.5)).match == "Ada"
    ambiguous = search(("Ada", 0.25), ("Lin", math.nextafter(0.5, 0)))
    assert (ambiguous.match, ambiguous.within_threshold) == (None, True)
    empty = search()
    assert (empty.match, empty.best, empty.second, empty.within_threshold) == (None, None, None, False)


def test_a_nan_matches_and_verifies_nobody() -> None:
    for found in (
        search(("Ada", NAN)),
        search(("Ada", 0.1), ("Lin", NAN)),
        search(("Ada", NAN), ("Lin", 0.9)),
        search(("Ada", 0.1), threshold=NAN),
        search(("Ada", 0.1), ("Lin", 0.9), margin=NAN),
    ):
        assert found.match is None
    assert not Verification("Ada", NAN, 0.39).accepted
    assert not Verification("Ada", 0.1, NAN).accepted


@given(st.lists(st.floats(0, 2), min_size=1, max_size=4), st.floats(0, 2), st.floats(0, 1))
def test_match_is_always_the_best_and_always_near(distances: list[float], threshold: float, margin: float) -> None:
    ranked = sorted(distances)
    found = search(*((f"p{i}", distance) for i, distance in enumerate(ranked)), threshold=threshold, margin=margin)
    near = ranked[0] <= threshold and (len(ranked) == 1 or ranked[1] - ranked[0] >= margin)
    assert found.match == ("p0" if near else None)


def test_a_name_is_shown_as_one_tidy_line_with_blanks_for_underscores() -> None:
    for person, shown in (
        ("Grace_Hopper", "Grace Hopper"),
        ("_Ada__Lovelace_", "Ada Lovelace"),
        ("Séan O'Brien", "Séan O'Brien"),
        ("李_小龙", "李 小龙"),
        ("a\n\u2028b", "a b"),
        ("", ""),
    ):
        assert display_name(person) == shown


def test_values_are_frozen_and_enum_values_are_their_names() -> None:
    for kind in TYPES:
        value = object.__new__(kind)
        for name in (dataclasses.fields(kind)[0].name, "another"):
            with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
                setattr(value, name, 1)
        assert not hasattr(value, "__dict__")
    for kind in (Rejection, domain.Outcome, domain.Reason):
        assert [member.value for member in kind] == [member.name.lower() for member in kind]
