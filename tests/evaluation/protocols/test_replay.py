import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.config import ConfigFile
from kiosk.domain import Conditions, Embedding, Outcome, Rejection, Template, TemplateRule
from kiosk.door.decision import DecisionRule, RuleSettings
from kiosk.encoders import load_encoder
from kiosk.evaluation.recordings import KioskWatcher
from kiosk.evaluation.replay import Door, End, Ending, SeenFace, SeenFrame, Visit, Visits, replay
from kiosk.files import asset
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.matching import Comparison
from kiosk.recognition.pipeline import PhotographReader, Recogniser
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import shipped_landmarks
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import PHOTOGRAPH, Gates

DOOR = Door(0.4, 0.05)
GOOD = Conditions(120, 120.0, 50.0, 0.0)


def at(distance, axis=0, size=6):
    """A unit vector so far from the unit vector of an axis; away from all the others."""
    cosine = 1 - distance**2 / 2
    vector = np.zeros(size)
    vector[axis], vector[-1] = cosine, np.sqrt(max(1 - cosine**2, 0))
    return vector.astype(np.float32)


def seen(*vectors, track=1):
    return tuple(
        SeenFrame(
            number / 10,
            ()
            if vector is None
            else (SeenFace(track, None, vector, None),)
            if isinstance(vector, Rejection)
            else (SeenFace(track, vector, None, GOOD),),
        )
        for number, vector in enumerate(vectors)
    )


def gallery_of(*people, size=6):
    return GallerySnapshot(
        "net",
        tuple(Template(person, Embedding(at(0, axis, size), "net"), person) for axis, person in enumerate(people)),
    )


TWO = gallery_of("ada", "bob")


@pytest.mark.parametrize(
    ("vectors", "expected"),
    [
        ([at(0.2)] * 5, Ending(End.GRANTED, "ada", 3)),
        ([at(0.2, 1)] * 5, Ending(End.GRANTED, "bob", 3)),
        ([at(0.6), at(0.6), at(0.2), at(0.2), at(0.2)], Ending(End.GRANTED, "ada", 5)),
        ([at(0.6)] * 5, Ending(End.REFUSED, None, 5)),
        ([at(0.2), at(0.6), at(0.2), at(0.6), at(0.6)], Ending(End.UNDECIDED, None, 5)),
        ([at(0.2), at(0.2), at(0.2, 1), at(0.2, 1), at(0.2)], Ending(End.UNDECIDED, None, 5)),
        ([None] * 5, Ending(End.UNDECIDED, None, 5)),
        ([Rejection.TOO_DARK] * 5, Ending(End.UNDECIDED, None, 5)),
        ([at(0.2), None, Rejection.TOO_DARK, at(0.2), at(0.2)], Ending(End.GRANTED, "ada", 5)),
        ([np.full(6, np.nan, np.float32)] * 5, Ending(End.REFUSED, None, 5)),
        ([], Ending(End.UNDECIDED, None, 0)),
    ],
)
def test_a_visit_ends_as_the_decision_rule_says(vectors, expected):
    assert replay(Visit("ada", seen(*vectors)), TWO, DOOR) == expected


def test_two_people_within_the_margin_are_nobody():
    between = np.array([1, 1, 0, 0, 0, 0], np.float32) / np.sqrt(2)
    assert replay(Visit("ada", seen(*[between] * 5)), TWO, Door(1.0, 0.05)).end is End.REFUSED


def test_frames_of_two_tracks_are_never_added_up():
    frames = (*seen(at(0.2), at(0.2)), *seen(at(0.2), at(0.2), track=2))
    assert replay(Visit("ada", frames), TWO, DOOR).end is End.UNDECIDED


def test_k_and_n_are_those_asked_for():
    visit = Visit("ada", seen(at(0.2), at(0.6), at(0.6), at(0.6), at(0.6)))
    assert replay(visit, TWO, Door(0.4, 0.05, RuleSettings(k=1, n=5))) == Ending(End.GRANTED, "ada", 1)


def test_nobody_is_enrolled():
    nobody = GallerySnapshot("net")
    visits = Visits([Visit("ada", seen(*[at(0.2)] * 5))], nobody)
    assert (visits.granted(DOOR), visits.endings(DOOR)[0].end) == ([], End.REFUSED)
    assert visits.distances[0].tolist() == [np.inf] * 5


def test_no_visits_are_none():
    visits = Visits([], TWO)
    assert (visits.granted(DOOR), visits.endings(DOOR)) == ([], [])


def test_distances_are_of_each_acquired_frame_to_the_nearest_person():
    visits = [Visit("ada", seen(at(0.2), None, at(0.3, 1))), Visit("bob", ()), Visit("cy", seen(Rejection.TOO_DARK))]
    found = Visits(visits, TWO).distances
    assert [own.shape for own in found] == [(2,), (0,), (0,)]
    assert found[0] == pytest.approx([0.2, 0.3], abs=1e-6)


def test_frames_that_name_somebody_are_near_enough_and_clear_of_the_next():
    between = np.array([1, 1, 0, 0, 0, 0], np.float32) / np.sqrt(2)
    visits = [Visit("ada", seen(at(0.2), at(0.6), between, None)), Visit("bob", seen(Rejection.TOO_DARK))]
    assert Visits(visits, TWO).named_share(DOOR) == pytest.approx(1 / 5)
    assert Visits(visits, TWO).named_share(Door(0.9, 0.05)) == pytest.approx(2 / 5)
    assert Visits(visits, gallery_of("ada")).named_share(Door(0.9, 0.05)) == pytest.approx(3 / 5)
    assert Visits([], TWO).named_share(DOOR) is None


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    pooling=st.sampled_from([1, 3, 5]),
    threshold=st.sampled_from([0.2, 0.5, 0.9, 1.2]),
    margin=st.sampled_from([0.0, 0.05, 0.2]),
    rule=st.sampled_from(list(TemplateRule)),
    limit=st.sampled_from([0.0, 0.6, 1.5]),
)
def test_the_quick_way_finds_just_those_visits_that_are_granted(*, seed, pooling, threshold, margin, rule, limit):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(4, 6))

    def near(centre):
        vector = centre + 0.4 * rng.normal(size=6)
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    people = tuple(Template(f"p{index % 3}", Embedding(near(centres[index % 3]), "net"), "x") for index in range(6))
    visits = [Visit("s", seen(*(near(centres[number % 4]) for _ in range(5)))) for number in range(20)]
    door = Door(threshold, margin, comparison=Comparison(rule), pooling_frames=pooling, pooling_limit=limit)
    gallery = GallerySnapshot("net", people)
    many = Visits(visits, gallery, door.comparison)
    endings = [replay(visit, gallery, door) for visit in visits]
    granted = [number for number, ending in enumerate(endings) if ending.end is End.GRANTED]
    assert many.endings(door) == endings
    assert many.granted(door) == granted
    assert many.granted(door, among=range(0, 20, 3)) == [number for number in granted if number % 3 == 0]


@pytest.mark.parametrize("pooling", [1, 4])
def test_a_replayed_visit_ends_like_the_live_one(tmp_path, scene, pooling):
    config = tmp_path / "config.yaml"
    config.write_text(f"encoder: dlib_resnet\npath: {{pooling_frames: {pooling}}}\n")
    encoder, landmarks = load_encoder("dlib_resnet", 1), shipped_landmarks()
    portrait = read_picture(asset("demo", "gallery", "Grace_Hopper.jpg"))
    template = PhotographReader(HaarDetector(), FaceEncoder(landmarks, encoder, PHOTOGRAPH)).one(portrait)
    gallery = GallerySnapshot(encoder.spec.name, (Template("Grace", template, "grace.jpg"),))
    limit = encoder.spec.threshold + encoder.spec.margin
    door = Door(encoder.spec.threshold, encoder.spec.margin, pooling_frames=pooling, pooling_limit=limit)
    frames = scene(2, 4)
    live = Recogniser(
        HaarDetector(), FaceEncoder(landmarks, encoder, Gates()), gallery,
        threshold=door.threshold, margin=door.margin, pooling_frames=pooling,
    )  # fmt: skip
    rule = DecisionRule()
    decided = [(number, decision) for number, frame in enumerate(frames, 1)
               for decision in rule.update(live.observe(frame))]  # fmt: skip
    granted = [(number, decision.person) for number, decision in decided if decision.outcome is Outcome.GRANTED]
    watched = tuple(KioskWatcher(ConfigFile(config)).watch(frames, only_middle=False))
    assert granted
    assert replay(Visit("Grace", watched), gallery, door) == Ending(End.GRANTED, granted[0][1], granted[0][0])
