"""The protocol visits: recorded frames and clips, the decision of a visit, and the counts."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kiosk.config import ConfigFile, DecisionSection
from kiosk.config.file import overridden
from kiosk.domain import Conditions, Embedding, Frame, Outcome, Rejection, Template, TemplateRule
from kiosk.door.build import make_detector
from kiosk.door.decision import DecisionRule
from kiosk.encoders import load_encoder
from kiosk.errors import EvaluationError
from kiosk.evaluation import visits
from kiosk.evaluation.extractors import Extracted, PixelsExtractor
from kiosk.evaluation.recordings import (
    Clip,
    DoorSettings,
    Ending,
    KioskFrameExtractor,
    MiddleFaceExtractor,
    SeenFace,
    SeenFrame,
    Visit,
    Visits,
    clip_visits,
    clips_in,
    record_clips,
    replay,
    synthetic_frames,
    synthetic_recordings,
)
from kiosk.evaluation.running import EvaluationSettings, as_json, evaluate, paths_of
from kiosk.evaluation.samples import Picture
from kiosk.evaluation.visits import RecordedPicture, Trial, VisitsProtocol, draw, mixed_visits, still_visits, visiting
from kiosk.files import asset
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.matching import Comparison
from kiosk.recognition.pipeline import PhotographReader, Recogniser
from kiosk.vision.landmarks import shipped_landmarks
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import PHOTOGRAPH, Gates

DOOR = DoorSettings(0.4, 0.05)
GOOD = Conditions(120, 120.0, 50.0, 0.0)
EMPTY = np.full((240, 320, 3), 120, np.uint8)


def nothing(done, total):
    pass


# Recorded frames ------------------------------------------------------------------------------------------------------


def frames_of(*images):
    return [Frame(image, number / 10, number) for number, image in enumerate(images)]


@pytest.fixture(scope="session")
def hopper():
    return cv2.resize(read_picture(asset("demo", "gallery", "Grace_Hopper.jpg")), (320, 320))


def test_the_kiosk_at_the_door_follows_and_encodes_faces(tmp_path, hopper):
    extractor = KioskFrameExtractor(ConfigFile(None))
    moving = frames_of(hopper, np.roll(hopper, 3, axis=1))
    first, second = extractor.record(moving, only_middle=True)
    (one,), (other,) = first.faces, second.faces
    assert (one.track, one.rejection, one.conditions.face_px > 60) == (other.track, None, True)
    assert np.linalg.norm(one.vector - other.vector) < 0.3
    assert [frame.at_seconds for frame in (first, second)] == [0.0, 0.1]
    assert [frame.faces for frame in extractor.record(frames_of(EMPTY, EMPTY), only_middle=True)] == [(), ()]
    again, _ = extractor.record(moving, only_middle=True)  # earlier visits change nothing
    assert np.array_equal(again.faces[0].vector, one.vector)
    two = np.hstack([hopper, np.full((320, 100, 3), 120, np.uint8), hopper])
    assert [len(frame.faces) for frame in extractor.record(frames_of(two), only_middle=False)] == [2]
    assert [len(frame.faces) for frame in extractor.record(frames_of(two[:, 120:]), only_middle=True)] == [1]
    (tmp_path / "config.yaml").write_text(
        "quality: {min_light: 220}\nmatching: {threshold: {sface_fp16: 0.31}, margin: {sface_fp16: 0.02}}\n"
    )
    strict = KioskFrameExtractor(ConfigFile(tmp_path / "config.yaml"))
    (frame,) = strict.record(frames_of(hopper), only_middle=True)
    assert [(face.rejection, face.vector) for face in frame.faces] == [(Rejection.TOO_DARK, None)]
    door = strict.door(50, DecisionSection())
    assert (door.threshold, door.margin) == (0.31, 0.02)
    assert strict.key != extractor.key


def test_synthetic_frames_resemble_their_picture_and_are_always_the_same():
    picture = read_picture(asset("demo", "grace_hopper.jpg"))[::4, ::4]
    first, again = list(synthetic_frames(picture, 5)), list(synthetic_frames(picture, 3))
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=False))
    assert all(not np.array_equal(one, other) for one, other in itertools.pairwise(first))
    for frame in first:
        assert (frame.shape, frame.dtype) == (picture.shape, np.uint8)
        assert np.corrcoef(frame.ravel(), picture.ravel())[0, 1] > 0.4
    (large,) = synthetic_frames(np.full((1500, 900, 3), 90, np.uint8), 1)
    assert large.shape == (640, 384, 3)
    for shape in ((1, 1), (40, 1), (3, 2000)):
        assert len(list(synthetic_frames(np.full((*shape, 3), 255, np.uint8), 3))) == 3


def test_a_second_run_reads_recordings_from_the_cache(crowd, monkeypatch):
    class Scripted(PixelsExtractor):
        """A path without a tracker: the face in the middle is always the same person."""

        key = "scripted"
        found = iter([Extracted(np.ones(3)), Extracted(None, Rejection.NO_FACE), Extracted(None, Rejection.TOO_DARK)])

        def extract(self, image):
            return next(self.found)

    pictures = [Picture(path.stem, path.name, path) for path in sorted(crowd([1, 1]).glob("*/*"))]
    pictures[1].path.write_bytes(b"no picture")
    extractor = MiddleFaceExtractor(Scripted())
    (seen, unreadable) = synthetic_recordings(pictures, extractor, Scripted, 3, nothing)
    assert [[(face.track, face.rejection) for face in frame.faces] for frame in seen] == [
        [(1, None)],
        [],
        [(1, Rejection.TOO_DARK)],
    ]
    assert ([frame.at_seconds for frame in seen], unreadable) == (pytest.approx([0.0, 0.1, 0.2]), ())
    monkeypatch.setattr(MiddleFaceExtractor, "record", lambda *args, **options: pytest.fail("recorded again"))
    again, _ = synthetic_recordings(pictures, extractor, Scripted, 3, nothing)
    assert np.array_equal(seen[0].faces[0].vector, again[0].faces[0].vector)


# Clips ----------------------------------------------------------------------------------------------------------------


def test_clips_of_people_and_of_strangers_are_found(tmp_path):
    for name in ("ada/b.MP4", "ada/a.avi", "c.mov", "ada/notes.txt", ".hidden.mp4", "#recycle/a.mp4", "_ada/a.mp4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.mp4").mkdir()
    found = [(clip.person, clip.source) for clip in clips_in(tmp_path)]
    assert found == [("ada", "ada/a.avi"), ("ada", "ada/b.MP4"), (None, "c.mov")]
    for folder in (tmp_path / "nowhere", tmp_path / ("x" * 300)):
        with pytest.raises(EvaluationError):
            clips_in(folder)


def test_a_clip_is_sampled_as_the_kiosk_does_in_whole_parts_and_kept(tmp_path, save_clip, monkeypatch):
    extractor = MiddleFaceExtractor(PixelsExtractor())
    fast = Clip("ada", "ada/a.avi", save_clip(tmp_path / "ada" / "a.avi", 70))
    slow = Clip(None, "b.avi", save_clip(tmp_path / "b.avi", 12, rate_hz=5))
    bad = [Clip(None, f"bad{number}.mp4", tmp_path / f"bad{number}.mp4") for number in range(3)]
    for clip, content in zip(bad[:2], (b"", b"\0" * 4000), strict=True):
        clip.path.write_bytes(content)
    ((_, recorded), (_, few)), broken = record_clips([fast, slow, *bad], extractor, 5)
    assert [len(part) for part in recorded] == [5] * 4  # 24 of the 70 frames, of which four are left over
    times = [frame.at_seconds for part in recorded for frame in part]
    assert np.diff(times) == pytest.approx(np.full(19, 0.1), abs=0.02)
    assert len(few) == 2
    assert [reason.partition(":")[0] for reason in broken] == ["bad0.mp4", "bad1.mp4", "bad2.mp4"]
    monkeypatch.setattr(MiddleFaceExtractor, "record", lambda *args, **options: pytest.fail("recorded again"))
    assert len(record_clips([fast], extractor, 5)[0][0][1]) == 4


def test_a_persons_clip_is_a_visit_for_each_part_and_others_for_each_face_that_stays():
    def frame(*tracks):
        return SeenFrame(0.0, tuple(SeenFace(track, np.ones(2, np.float32), None, None) for track in tracks))

    own = clip_visits(Clip("ada", "ada/a.mp4", Path("a")), [(frame(1), frame(1)), (frame(), frame(4))], 2)
    assert [(visit.person, len(visit.frames)) for visit in own] == [("ada", 2), ("ada", 2)]
    hall, parts = Clip(None, "hall.mp4", Path("h")), [(frame(1, 2), frame(1), frame(1, 2))]
    found = list(clip_visits(hall, parts, 2))
    assert [[len(one.faces) for one in visit.frames] for visit in found] == [[1, 1, 1], [1, 0, 1]]
    assert len(list(clip_visits(hall, parts, 3))) == 1


# The decision of a visit ----------------------------------------------------------------------------------------------


def at(distance, axis=0, size=6):
    """A unit vector at a distance from the unit vector of an axis."""
    cosine = 1 - distance**2 / 2
    vector = np.zeros(size)
    vector[axis], vector[-1] = cosine, np.sqrt(max(1 - cosine**2, 0))
    return vector.astype(np.float32)


def seen(*vectors, track=1):
    def faces(vector):
        if vector is None:
            return ()
        rejected = isinstance(vector, Rejection)
        return (SeenFace(track, None if rejected else vector, vector if rejected else None, GOOD),)

    return tuple(SeenFrame(number / 10, faces(vector)) for number, vector in enumerate(vectors))


def gallery_of(*people):
    templates = (Template(person, Embedding(at(0, axis), "net"), person) for axis, person in enumerate(people))
    return GallerySnapshot("net", tuple(templates))


TWO = gallery_of("ada", "bob")
BETWEEN = np.array([1, 1, 0, 0, 0, 0], np.float32) / np.sqrt(2)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # of the embedding that is not a number
def test_a_visit_ends_as_the_decision_rule_says():
    for vectors, expected in (
        ([at(0.2)] * 5, Ending(Outcome.GRANTED, "ada", 3)),
        ([at(0.2, 1)] * 5, Ending(Outcome.GRANTED, "bob", 3)),
        ([at(0.6), at(0.6), at(0.2), at(0.2), at(0.2)], Ending(Outcome.GRANTED, "ada", 5)),
        ([at(0.6)] * 5, Ending(Outcome.REFUSED, None, 5)),
        ([at(0.2), at(0.6), at(0.2), at(0.6), at(0.6)], Ending(Outcome.PENDING, None, 5)),
        ([at(0.2), at(0.2), at(0.2, 1), at(0.2, 1), at(0.2)], Ending(Outcome.PENDING, None, 5)),
        ([Rejection.TOO_DARK] * 5, Ending(Outcome.PENDING, None, 5)),
        ([at(0.2), None, Rejection.TOO_DARK, at(0.2), at(0.2)], Ending(Outcome.GRANTED, "ada", 5)),
        ([np.full(6, np.nan, np.float32)] * 5, Ending(Outcome.REFUSED, None, 5)),
        ([], Ending(Outcome.PENDING, None, 0)),
    ):
        assert replay(Visit("ada", seen(*vectors)), TWO, DOOR) == expected
    assert replay(Visit("ada", seen(*[BETWEEN] * 5)), TWO, DoorSettings(1.0, 0.05)).outcome is Outcome.REFUSED
    two_tracks = (*seen(at(0.2), at(0.2)), *seen(at(0.2), at(0.2), track=2))
    assert replay(Visit("ada", two_tracks), TWO, DOOR).outcome is Outcome.PENDING
    once = DoorSettings(0.4, 0.05, DecisionSection(k=1, n=5))
    assert replay(Visit("ada", seen(at(0.2))), TWO, once) == Ending(Outcome.GRANTED, "ada", 1)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    pooling=st.sampled_from([1, 3, 5]),
    threshold=st.sampled_from([0.2, 0.5, 0.9, 1.2]),
    margin=st.sampled_from([0.0, 0.05, 0.2]),
    rule=st.sampled_from(list(TemplateRule)),
    limit=st.sampled_from([0.0, 0.6, 1.5]),
)
def test_the_fast_way_finds_exactly_the_visits_that_are_granted(*, seed, pooling, threshold, margin, rule, limit):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(4, 6))

    def near(centre):
        vector = centre + 0.4 * rng.normal(size=6)
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    people = tuple(Template(f"p{index % 3}", Embedding(near(centres[index % 3]), "net"), "x") for index in range(6))
    several = [Visit("s", seen(*(near(centres[number % 4]) for _ in range(5)))) for number in range(20)]
    door = DoorSettings(threshold, margin, comparison=Comparison(rule), pooling_frames=pooling, pooling_limit=limit)
    gallery = GallerySnapshot("net", people)
    many = Visits(several, gallery, door.comparison)
    endings = [replay(visit, gallery, door) for visit in several]
    granted = [number for number, ending in enumerate(endings) if ending.outcome is Outcome.GRANTED]
    assert many.endings(door) == endings
    assert many.granted(door) == granted
    assert many.granted(door, among=range(0, 20, 3)) == [number for number in granted if number % 3 == 0]


def test_a_replayed_visit_ends_like_the_live_one(scene):
    encoder, landmarks = load_encoder("sface_fp16", 1), shipped_landmarks()
    portrait = read_picture(asset("demo", "gallery", "Grace_Hopper.jpg"), longest_side_px=400)
    config = overridden(ConfigFile(None), ["detector=yunet"])  # the faster one
    template = PhotographReader(make_detector(config), FaceEncoder(landmarks, encoder, PHOTOGRAPH)).one(portrait)
    gallery = GallerySnapshot(encoder.spec.name, (Template("Grace", template, "grace.jpg"),))
    limit = encoder.spec.threshold + encoder.spec.margin
    frames = scene(2, 4)
    recorded = tuple(KioskFrameExtractor(config).record(frames, only_middle=False))
    for pooling in (1, 4):
        door = DoorSettings(encoder.spec.threshold, encoder.spec.margin, pooling_frames=pooling, pooling_limit=limit)
        live = Recogniser(
            make_detector(config),
            FaceEncoder(landmarks, encoder, Gates()),
            gallery,
            threshold=door.threshold,
            margin=door.margin,
            pooling_frames=pooling,
        )
        rule = DecisionRule()
        decided = [(number, one) for number, frame in enumerate(frames, 1) for one in rule.update(live.observe(frame))]
        granted = [(number, one.person) for number, one in decided if one.outcome is Outcome.GRANTED]
        expected = Ending(Outcome.GRANTED, granted[0][1], granted[0][0])
        assert replay(Visit("Grace", recorded), gallery, door) == expected


# Who is enrolled, and who visits --------------------------------------------------------------------------------------


@pytest.fixture
def people_of(sample):
    """people_of(ada=3): people with so many recorded pictures; every frame holds the number of its picture."""

    def recorded(person, number):
        faces = (SeenFace(number + 10, np.array([number, 0], np.float32), None, None),)
        frames = tuple(SeenFrame(index / 10, faces) for index in range(5))
        return RecordedPicture(sample(person, number, [number, len(person)]), frames)

    return lambda **counts: {
        person: [recorded(person, number) for number in range(count)] for person, count in counts.items()
    }


def test_everybody_is_a_member_or_a_stranger_and_no_picture_is_both_enrolled_and_shown(people_of, sample):
    people = people_of(ada=4, bob=3, cy=3, dan=1)
    people["ada"][0] = RecordedPicture(sample("ada", 0), ())  # failed: never enrolled, but shown
    (gallery, members, strangers), again = (draw(people, 2, 2, "net", np.random.default_rng(1)) for _ in "ab")
    assert [one.source for one in gallery.templates] == [one.source for one in again[0].templates]
    assert (set(members), members.keys() | strangers.keys()) == (set(gallery.people), people.keys())
    for person, left in members.items():
        stored = [template.source for template in gallery.templates_of(person)]
        shown = [one.sample.picture.source for one in left]
        assert len(stored) == 2
        assert sorted(stored + shown) == sorted(one.sample.picture.source for one in people[person])
    few = people_of(ada=2, bob=2, cy=3, dan=2, eve=3)  # people with pictures left come first
    assert draw(few, 2, 2, "net", np.random.default_rng(0))[0].people == ("cy", "eve")
    assert len(draw(few, 100, 2, "net", np.random.default_rng(0))[0].people) == 5


def test_still_and_mixed_visits(people_of):
    people = people_of(ada=3, bob=1)
    assert [(visit.person, len(visit.frames)) for visit in still_visits(people)] == [("ada", 5)] * 3 + [("bob", 5)]
    (visit,) = mixed_visits(people, 5, np.random.default_rng(0))
    assert visit.person == "ada"
    assert [frame.at_seconds for frame in visit.frames] == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])
    assert {face.track for frame in visit.frames for face in frame.faces} == {1}
    numbers = [int(face.vector[0]) for frame in visit.frames for face in frame.faces]
    assert sorted(numbers[:3]) == [0, 1, 2]
    assert numbers[3:] == numbers[:2]


def test_of_many_pictures_those_of_possible_members_and_some_strangers_visit(monkeypatch):
    def pictures(*counts):
        return [
            Picture(f"{person}", f"{number}", Path()) for person, count in enumerate(counts) for number in range(count)
        ]

    assert visiting(pictures(1, 3, 6), 5, 0) == list(range(10))
    monkeypatch.setattr(visits, "_MOST_PICTURES", 20)
    coming = visiting(pictures(*[2] * 50, 6, 7), 5, 0)
    assert set(range(100, 113)) < set(coming)
    assert len(coming) == 13 + 6
    assert coming != visiting(pictures(*[2] * 50, 6, 7), 5, 1)


# Counting -------------------------------------------------------------------------------------------------------------


def unit(vector):
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def visit_of(person, centre, rng):
    vectors = [unit(centre + 0.06 * rng.normal(size=16)) for _ in range(5)]
    return Visit(person, tuple(SeenFrame(n / 10, (SeenFace(1, one, None, GOOD),)) for n, one in enumerate(vectors)))


def trial_of(*, strangers=400, seeds=2):
    """Five members who come twice, and strangers who come once."""
    members, others = [], []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        centres = {f"m{number}": unit(rng.normal(size=16)) for number in range(5)}
        templates = tuple(Template(person, Embedding(centre, "net"), person) for person, centre in centres.items())
        gallery = GallerySnapshot("net", templates)
        members.append(Visits([visit_of(p, centre, rng) for p, centre in centres.items() for _ in "ab"], gallery))
        others.append(Visits([visit_of(f"s{n}", unit(rng.normal(size=16)), rng) for n in range(strangers)], gallery))
    return Trial("still", 5, 1, 5, members, others)


def test_visits_are_counted_with_the_people_behind_them():
    trial, door = trial_of(), DoorSettings(0.9, 0.02)
    row = trial.row(DoorSettings(0.5, 0.02))
    assert (row.members_refused.errors, row.members_undecided.errors, row.wrong_person_granted.errors) == (0, 0, 0)
    assert (row.members_refused.trials, row.members, row.strangers_granted.trials, row.strangers) == (20, 5, 800, 400)
    assert row.frames_needed == {"median": 3.0, "p90": 3.0}
    closed = trial.row(DoorSettings(0.01, 0.02))
    assert (closed.members_refused.value, closed.strangers_granted.value, closed.frames_needed) == (1.0, 0.0, {})
    # The second row has the highest threshold without strangers.
    in_force, without = trial.rows(door)
    assert in_force.strangers_granted.errors > 0
    assert (in_force.door.threshold, without.strangers_granted.errors) == (0.9, 0)
    assert trial.row(replace(door, threshold=without.door.threshold + 0.002)).strangers_granted.errors > 0
    assert trial.highest_without_strangers(DoorSettings(0.05, 0.02)) == pytest.approx(0.09)
    # Facts hold the rates around the threshold in force.
    facts = trial.facts(DoorSettings(0.1, 0.02))
    curve = [facts[name] for name in sorted(facts) if name.startswith("at ")]
    strangers, members = ([point[key] for point in curve] for key in ("strangers_granted", "members_not_granted"))
    assert (strangers, members) == (sorted(strangers), sorted(members, reverse=True))
    assert [name for name in facts if name.startswith("at -")] == []
    assert facts["frames"]["correlation"] > 0.8
    assert facts["visits"]["foretold"] == pytest.approx(facts["visits"]["counted"], abs=0.02)
    trial.members[0].visits = [replace(one, person=f"m{int(one.person[1]) ^ 1}") for one in trial.members[0].visits]
    assert trial.row(DoorSettings(0.5, 0.02)).wrong_person_granted.value == 0.5
    few = trial_of(strangers=0, seeds=1).rows(door)
    assert [(row.strangers_granted.value, row.strangers) for row in few] == [(None, 0)]


# The whole protocol ---------------------------------------------------------------------------------------------------


def run(folder, **options):
    shown = []
    wanted = EvaluationSettings(folder, **{"galleries": (3,), "templates": (2,), "seeds": 2, **options})
    protocol = VisitsProtocol(wanted)
    report = evaluate(protocol, wanted, [PixelsExtractor], lambda *both: shown.append(both))
    return report, report.results[0], shown


def test_every_kind_of_visit_is_counted(crowd, save_clip, tmp_path):
    folder = crowd([4, 4, 3, 3, 2, 2, 1, 1], noise=5)
    (folder / "Person_7" / "Person_7_0001.jpg").write_bytes(b"no picture")
    clips = tmp_path / "clips"
    for name in ("Person_0/a.avi", "Person 1/a.avi", "nobody/a.avi", "hall.avi"):
        save_clip(clips / name, 40)
    (clips / "bad.mp4").write_bytes(b"\0" * 5000)
    report, result, shown = run(folder, galleries=(3, 50), clips=clips)
    rows = {row.kind: row for row in reversed(result.rows) if row.people == 3}
    assert rows.keys() == {"still", "pictures", "clips"}
    still = rows["still"]
    assert (still.people, still.templates, still.frames, still.seeds) == (3, 2, 5, 2)
    assert still.door.rule == DecisionSection()
    # Of the four people with pictures left three are enrolled.
    assert still.members_refused.trials in range(8, 13)
    assert still.strangers_granted.trials == 2 * 19 - 2 * 6 - still.members_refused.trials
    assert rows["clips"].strangers >= 2
    assert result.acquisition.failures == {"unreadable": 1}
    assert result.left_out[0] == "N = 50: only 6 people have 2 pictures to enrol"
    assert result.left_out[1].startswith("bad.mp4: ")
    assert shown[-1] == (40, 40)
    assert [done for done, _ in shown] == sorted(done for done, _ in shown)
    (path,) = as_json(report)["paths"]
    assert path["rows"][0].keys() == {
        *("kind", "people", "templates", "frames", "seeds", "threshold", "margin", "k", "n", "strangers_granted"),
        *("wrong_person_granted", "members_refused", "members_undecided", "frames_needed", "strangers", "members"),
    }
    facts = path["facts"]["still, N = 3"]
    assert facts.pop("frames").keys() == {"correlation", "visits", "deviation", "deviation_in_visit"}
    assert facts.pop("visits").keys() == {"frame_rate", "foretold", "counted"}
    rates = next(iter(facts.values()))
    assert rates.keys() == {"strangers_granted", "members_not_granted"}
    assert as_json(run(folder, galleries=(3, 50), clips=clips)[0])["paths"][0]["rows"] == path["rows"]
    with pytest.raises(EvaluationError, match="none of them has 9 pictures"):
        run(folder, templates=(9,))


def test_the_kiosks_own_path_knows_its_people_and_refuses_others(tmp_path):
    folder = tmp_path / "people"
    for name, (left, top, side) in {"grace_hopper": (66, 16, 400), "eileen_collins": (99, 0, 250)}.items():
        picture = Image.open(asset("demo", f"{name}.jpg")).convert("RGB")
        for number in range(2):
            path = folder / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            picture.crop((left + 4 * number, top, left + 4 * number + side, top + side)).save(path)
    wanted = EvaluationSettings(folder, galleries=(1,), templates=(1,), seeds=2, frames=4)
    protocol = VisitsProtocol(wanted)
    (result,) = evaluate(protocol, wanted, paths_of(ConfigFile(None), [], ["yunet"], dlib=False), nothing).results
    still = next(row for row in result.rows if row.kind == "still")
    assert (still.strangers_granted.errors, still.wrong_person_granted.errors) == (0, 0)
    assert (still.members_refused.errors, still.members_refused.trials) == (0, 2)
    assert 3.0 <= still.frames_needed["median"] <= 4.0
