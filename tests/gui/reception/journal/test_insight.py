"""The sentence below a plot says what the rows say, and no more."""

from dataclasses import replace

import pytest

from kiosk.domain import Conditions
from kiosk.gui.reception.journal.insight import Point, insight, points_of

GOOD, DARK = Conditions(140, 100.0, 40.0, 0.1), Conditions(140, 50.0, 40.0, 0.1)
WITHIN = Point(1, 1.0, 0.30, 0.39, granted=True, conditions=GOOD, encoder="dlib")
ABOVE = replace(WITHIN, distance=0.55, granted=False)
LITTLE = replace(ABOVE, distance=0.42)


def poor(point: Point, **changes: float) -> Point:
    return replace(point, conditions=replace(GOOD, **changes))


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([], "No decision with a distance"),
        ([WITHIN, replace(WITHIN, distance=0.37)], "Every distance lies within the threshold; the largest leaves 0.02"),
        ([WITHIN] * 3 + [poor(ABOVE, light=50.0)], "only where the picture was dark: more light"),
        ([WITHIN] * 3 + [poor(ABOVE, light=200.0)], "only where the picture was bright"),
        ([WITHIN] * 3 + [poor(ABOVE, sharpness=8.0)], "only where the picture was blurred"),
        ([WITHIN] * 3 + [poor(ABOVE, face_px=70)], "only where the face was small"),
        ([WITHIN] * 3 + [poor(ABOVE, turn=0.4)], "only where the face was turned aside"),
        # As dark within: the light is not what keeps people out.
        ([poor(WITHIN, light=50.0)] * 3 + [poor(ABOVE, light=50.0)], "Some distances lie far above"),
        ([WITHIN] * 3 + [ABOVE, poor(ABOVE, light=50.0)], "Some distances lie far above"),
        ([WITHIN] * 3 + [LITTLE], "by 0.03 at most: more pictures"),
        ([WITHIN] + [ABOVE] * 3, "Most distances lie far above"),
        ([WITHIN] * 3 + [replace(ABOVE, conditions=None)], "Some distances lie far above"),
    ],
)
def test_sentence_names_what_the_rows_show(points: list[Point], words: str) -> None:
    assert words in insight(points)


def test_points_are_the_distances_to_the_person_oldest_first(make_entry) -> None:
    entries = [
        make_entry(4, person="Bo", distance=0.2, second_person="ada", second_distance=0.5),
        make_entry(3, person="Ada", distance=0.3),
        make_entry(2, person="Bo", distance=0.2, second_person="Cy"),
        make_entry(1, person="ada", distance=0.4, outcome="refused"),
    ]
    points = points_of(entries, "Ada")
    assert [(point.distance, point.granted) for point in points] == [(0.4, False), (0.3, True)]
    assert [point.distance for point in points_of(entries, None)] == [0.4, 0.2, 0.3, 0.2]


def test_points_of_another_encoder_and_without_distance_are_left_out(make_entry) -> None:
    entries = [
        make_entry(3, distance=0.3, encoder="new"),
        make_entry(2, distance=None),
        make_entry(1, distance=0.9, encoder="old"),
    ]
    assert [point.distance for point in points_of(entries, None)] == [0.3]
    assert points_of([], None) == []
