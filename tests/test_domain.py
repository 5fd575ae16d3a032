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


@given(boxes())
def test_area_counts_the_pixels(box: Box) -> None:
    assert box.area == mask(box).sum() == box.width * box.height


@given(boxes(), boxes())
def test_overlap_is_common_pixels_over_all_pixels(one: Box, other: Box) -> None:
    common, together = (mask(one) & mask(other)).sum(), (mask(one) | mask(other)).sum()
    assert one.overlap(other) == pytest.approx(common / together if common else 0.0)
    assert one.overlap(other) == other.overlap(one)


def test_box_inside_out_has_no_area_and_overlaps_nothing() -> None:
    inside_out = Box(10, 10, 4, 4)
    assert inside_out.area == 0
    assert inside_out.overlap(Box(0, 0, 20, 20)) == 0.0


def test_boxes_side_by_side_do_not_overlap() -> None:
    assert Box(0, 0, 10, 10).overlap(Box(10, 0, 20, 10)) == 0.0


def test_centre_lies_between_the_edges() -> None:
    assert Box(0, 10, 5, 20).centre == (2.5, 15.0)


def test_grown_adds_on_each_side() -> None:
    assert Box(40, 40, 60, 50).grown(0.5, 200, 200) == Box(30, 35, 70, 55)


def test_grown_is_cut_to_the_image() -> None:
    assert Box(5, 5, 95, 45).grown(1.0, 100, 50) == Box(0, 0, 100, 50)


@given(boxes(), st.floats(0, 3))
def test_grown_stays_inside_the_image_and_holds_the_box(box: Box, factor: float) -> None:
    grown = box.grown(factor, 130, 130)
    assert (mask(box) & ~mask(grown)).sum() == 0
    assert 0 <= grown.left <= grown.right <= 130
    assert 0 <= grown.top <= grown.bottom <= 130


def test_nearest_person_matches_within_threshold_and_margin() -> None:
    found = search(("Ada", 0.25), ("Lin", 0.75))
    assert (found.match, found.within_threshold) == ("Ada", True)
    assert (found.best, found.second) == (Candidate("Ada", 0.25), Candidate("Lin", 0.75))


def test_threshold_itself_is_accepted() -> None:
    assert search(("Ada", 0.5)).match == "Ada"
    assert search(("Ada", math.nextafter(0.5, 1))).match is None
    assert Verification("Ada", 0.5, 0.5).accepted
    assert not Verification("Ada", math.nextafter(0.5, 1), 0.5).accepted


def test_margin_itself_is_enough() -> None:
    assert search(("Ada", 0.25), ("Lin", 0.5)).match == "Ada"
    ambiguous = search(("Ada", 0.25), ("Lin", math.nextafter(0.5, 0)))
    assert ambiguous.match is None
    assert ambiguous.within_threshold


def test_nobody_enrolled_matches_nobody() -> None:
    empty = search()
    assert (empty.match, empty.best, empty.second, empty.within_threshold) == (None, None, None, False)


def test_only_person_needs_no_margin() -> None:
    assert search(("Ada", 0.5), margin=1.0).match == "Ada"


@pytest.mark.parametrize(
    "found",
    [
        search(("Ada", NAN)),
        search(("Ada", 0.1), ("Lin", NAN)),
        search(("Ada", NAN), ("Lin", 0.9)),
        search(("Ada", 0.1), threshold=NAN),
        search(("Ada", 0.1), ("Lin", 0.9), margin=NAN),
    ],
)
def test_what_is_no_number_matches_nobody(found: Identification) -> None:
    assert found.match is None


def test_distance_that_is_no_number_verifies_nobody() -> None:
    assert not Verification("Ada", NAN, 0.39).accepted
    assert not Verification("Ada", 0.1, NAN).accepted


@given(st.lists(st.floats(0, 2), min_size=1, max_size=4), st.floats(0, 2), st.floats(0, 1))
def test_match_is_always_the_best_and_always_near(distances: list[float], threshold: float, margin: float) -> None:
    ranked = sorted(distances)
    found = search(*((f"p{i}", distance) for i, distance in enumerate(ranked)), threshold=threshold, margin=margin)
    near = ranked[0] <= threshold and (len(ranked) == 1 or ranked[1] - ranked[0] >= margin)
    assert found.match == ("p0" if near else None)


@pytest.mark.parametrize(
    ("person", "shown"),
    [
        ("Grace_Hopper", "Grace Hopper"),
        ("_Ada__Lovelace_", "Ada Lovelace"),
        ("Séan O'Brien", "Séan O'Brien"),
        ("李_小龙", "李 小龙"),
        ("Anne-Marie", "Anne-Marie"),
        ("", ""),
    ],
)
def test_display_name_shows_underscores_as_spaces(person: str, shown: str) -> None:
    assert display_name(person) == shown


@given(st.text())
def test_display_name_is_one_tidy_line(person: str) -> None:
    shown = display_name(person)
    assert shown == display_name(shown) == " ".join(shown.split())
    assert "_" not in shown


@pytest.mark.parametrize("kind", TYPES)
def test_values_are_frozen_and_take_no_other_attribute(kind: type) -> None:
    value = object.__new__(kind)
    field = dataclasses.fields(kind)[0].name
    for name in (field, "another"):
        with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
            setattr(value, name, 1)
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize("kind", [Rejection, domain.Outcome, domain.Reason])
def test_enum_values_are_their_names_in_small_letters(kind: type[Rejection]) -> None:
    assert [member.value for member in kind] == [member.name.lower() for member in kind]
