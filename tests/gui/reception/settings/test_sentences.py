from kiosk.domain import Box, Candidate, Face, Identification, Observation, TrackedFace
from kiosk.door.matching import Changes
from kiosk.door.report import Report
from kiosk.gui.reception.settings.effect import live, what_if


def test_person_within_the_threshold_would_be_recognised_under_the_name_that_is_shown(report):
    assert live(report(0.31, 0.6), 0.39, 0.05) == (
        "In front of the camera: Ada Lovelace at 0.31. Within 0.39, so would be recognised."
    )


def test_person_beyond_it_would_not(report):
    told = live(report(0.44, 0.6), 0.39, 0.05)
    assert "Ada Lovelace at 0.44" in told
    assert "more than 0.39" in told


def test_second_person_who_is_too_near_is_named(report):
    told = live(report(0.31, 0.33), 0.39, 0.05)
    assert "but Bo Li is only 0.02 farther, and it needs 0.05" in told


def test_nobody_is_told_too(report):
    nobody = "Nobody in front of the camera can be compared now."
    assert live(None, 0.39, 0.05) == live(report(), 0.39, 0.05) == nobody
    empty = Report(Observation(1, 1.0, ()), (), (), "", {}, {})
    assert live(empty, 0.39, 0.05) == nobody


def test_nobody_enrolled_is_told():
    face = TrackedFace(1, Face(Box(0, 0, 9, 9), 1.0), None, Identification((), 0.4, 0.05, 0))
    assert live(Report(Observation(1, 1.0, (face,)), (), (), "", {}, {}), 0.39, 0.05) == "Nobody is enrolled yet."


def test_largest_face_counts():
    faces = tuple(
        TrackedFace(
            number, Face(Box(0, 0, size, size), 1.0), None, Identification((Candidate(name, 0.2),), 0.4, 0.05, 1)
        )
        for number, (name, size) in enumerate({"Far": 40, "Near": 90, "Middle": 60}.items())
    )
    assert "Near at 0.20" in live(Report(Observation(1, 1.0, faces), (), (), "", {}, {}), 0.39, 0.05)


def test_names_with_braces_are_no_fault():
    found = Identification((Candidate("{x}", 0.2), Candidate("{0}", 0.21)), 0.4, 0.05, 2)
    face = TrackedFace(1, Face(Box(0, 0, 9, 9), 1.0), None, found)
    assert "{x} at 0.20" in live(Report(Observation(1, 1.0, (face,)), (), (), "", {}, {}), 0.39, 0.05)


def test_past_decisions_are_counted_in_a_sentence():
    assert "nothing was decided" in what_if(Changes(0, 0, 0))
    assert what_if(Changes(40, 0, 0)) == "None of the 40 decisions of the last 7 days would have changed."
    assert what_if(Changes(40, 2, 3)) == (
        "Of the 40 decisions of the last 7 days, 5 would have changed. "
        "2 more would have been let in. 3 more would have been refused."
    )
    assert "refused" not in what_if(Changes(40, 2, 0))
