"""Pictures to embeddings: every path, the cache, several processes, files that are no pictures; the statistics."""

import os
import pickle
import shutil
import signal
import sys
import time
from functools import partial

import numpy as np
import pytest
from ruamel.yaml import YAML

from kiosk.config import ConfigFile
from kiosk.config.file import overridden
from kiosk.domain import Box, Embedding, Rejection, Template
from kiosk.door.matching import find_cohort
from kiosk.encoders import encoder_spec
from kiosk.encoders.specs import StatisticsSection
from kiosk.errors import ConfigError, EvaluationError, PictureError, WeightsError
from kiosk.evaluation import extractors, samples, statistics
from kiosk.evaluation.extractors import (
    DlibExtractor,
    KioskExtractor,
    PixelsExtractor,
    nearest_the_middle,
)
from kiosk.evaluation.running import encoder_choice
from kiosk.evaluation.samples import (
    Picture,
    acquisition_of,
    in_processes,
    people_in,
    require_files,
    samples_of,
)
from kiosk.evaluation.statistics import all_pairs, make_cohort, measured_statistics
from kiosk.files import asset
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.templates import ContentCache
from kiosk.recognition import cohort
from kiosk.recognition.cohort import Cohort
from kiosk.recognition.matching import Comparison, person_distances
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture


def nothing(done, total):
    pass


@pytest.fixture(scope="session")
def extractor():
    return KioskExtractor(ConfigFile(None))


# Paths ----------------------------------------------------------------------------------------------------------------


def test_the_kiosks_own_path_gives_an_embedding_or_a_reason(extractor):
    grace = read_picture(asset("demo", "grace_hopper.jpg"), longest_side_px=400)
    found = extractor.extract(grace)
    assert (found.vector.shape, found.rejection) == ((128,), None)
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-5)
    assert {"detect", "align", "encode"} <= found.milliseconds.keys()
    wall = extractor.extract(np.full((200, 200, 3), 128, np.uint8))
    assert (wall.vector, wall.rejection) == (None, Rejection.NO_FACE)
    dark = extractor.extract((grace * 0.06).astype(np.uint8))
    assert dark.vector is None
    assert dark.rejection in {Rejection.TOO_DARK, Rejection.NO_FACE, Rejection.TOO_BLURRED}
    assert str(extractor.label) == "sface_fp16, haar"
    again = pickle.loads(pickle.dumps(partial(KioskExtractor, ConfigFile(None))))  # noqa: S301  (for other processes)
    assert again().key == extractor.key
    for setting in ("encoder=nobody", "detector=nothing"):
        with pytest.raises(ConfigError):
            KioskExtractor(overridden(ConfigFile(None), [setting]))


def test_pixels_are_compared_as_the_course_does_it_and_a_person_is_nearest_the_middle():
    images = [np.full((50, 70, 3), grey, np.uint8) for grey in (0, 51, 255)]
    black, dark, white = (PixelsExtractor().extract(image).vector for image in images)
    assert (np.linalg.norm(white - black), np.linalg.norm(dark - black)) == pytest.approx((1, 0.2))
    image = np.zeros((100, 200, 3), np.uint8)
    assert nearest_the_middle([Box(0, 0, 90, 90), Box(90, 40, 110, 60)], image) == 1
    assert nearest_the_middle([], image) is None


def test_several_encoders_as_one_are_written_with_a_plus():
    for text, choice in (
        ("dlib_resnet", "dlib_resnet"),
        (" a + b ", ["a", "b"]),
        ("1*a+2.5*b", {"a": 1.0, "b": 2.5}),
        ("1*a+b", ["1*a", "b"]),
        ("x*a", "x*a"),
    ):
        assert encoder_choice(text) == choice


@pytest.mark.slow
def test_dlib_finds_faces_and_tells_people_apart():
    pytest.importorskip("dlib")
    peer = DlibExtractor()
    names = (("demo", "grace_hopper.jpg"), ("demo", "gallery", "Grace_Hopper.jpg"), ("demo", "eileen_collins.jpg"))
    images = [read_picture(asset(*name), longest_side_px=400) for name in names]
    one, again, other = (peer.extract(image).vector for image in images)
    assert np.linalg.norm(one - again) < peer.threshold < np.linalg.norm(one - other)
    wall = peer.extract(np.full((120, 90, 3), 128, np.uint8))
    assert (wall.vector, wall.rejection, peer.label.peer) == (None, Rejection.NO_FACE, True)


def test_without_dlib_or_its_models_the_remedy_is_told(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "dlib", None)
        with pytest.raises(EvaluationError, match="pip install dlib-bin"):
            DlibExtractor()
    pytest.importorskip("dlib")
    monkeypatch.setattr(extractors, "_MODELS", "no_such_models_here")
    with pytest.raises(EvaluationError, match="no_such_models_here is not installed"):
        DlibExtractor()


# Samples --------------------------------------------------------------------------------------------------------------


class Counting:
    """The path `pixels`, which counts the pictures."""

    key, label = "counting", PixelsExtractor.label

    def __init__(self):
        self.pictures = 0

    def extract(self, image):
        self.pictures += 1
        return PixelsExtractor().extract(image)


def test_each_picture_becomes_a_sample_in_order_and_a_second_run_reads_the_cache(crowd):
    pictures, counting, shown = people_in(crowd([2, 1])), Counting(), []
    first = samples_of(pictures, counting, Counting, lambda *both: shown.append(both))
    assert [one.picture.source for one in first] == [
        "Person_0/Person_0_0001.jpg",
        "Person_0/Person_0_0002.jpg",
        "Person_1/Person_1_0001.jpg",
    ]
    assert all(one.can_be_enrolled and {"read", "encode"} == set(one.extracted.milliseconds) for one in first)
    assert shown == [(0, 3), (1, 3), (2, 3), (3, 3)]
    second = samples_of(pictures, counting, Counting, nothing)
    assert counting.pictures == 3
    assert all(np.array_equal(a.vector, b.vector) for a, b in zip(first, second, strict=True))
    shutil.copy(asset("demo", "grace_hopper.jpg"), pictures[0].path)
    samples_of(pictures, counting, Counting, nothing)
    assert counting.pictures == 4


def test_failures_are_counted_by_reason_and_stages_by_their_median(sample, tmp_path):
    contents = {"empty": b"", "text": b"no picture", "cut": asset("demo", "grace_hopper.jpg").read_bytes()[:999]}
    for name, content in contents.items():
        (tmp_path / f"{name}.jpg").write_bytes(content)
    pictures = [Picture("Ada", f"{name}.jpg", tmp_path / f"{name}.jpg") for name in (*contents, "gone")]
    found = acquisition_of(samples_of(pictures, PixelsExtractor(), PixelsExtractor, nothing))
    assert (found.failures, found.rate.errors, found.rate.trials) == ({"unreadable": 4}, 4, 4)
    found = acquisition_of(
        [
            sample("Ada", 1, rejection=Rejection.NO_FACE, milliseconds={"detect": 10.0}),
            sample("Ada", 2, [1, 0], milliseconds={"detect": 30.0, "encode": 5.0}),
            sample("Ada", 3, rejection=Rejection.OFF_POSE, milliseconds={"detect": 20.0}),
            sample("Ada", 4, rejection=Rejection.NO_FACE),
            sample("Ada", 5, [1, 0], rejection=Rejection.OFF_POSE),  # measured, but not enrolled
        ]
    )
    assert found.failures == {"no_face": 2, "off_pose": 1}
    assert found.rate.value == 0.6
    assert found.milliseconds == {"detect": 20.0, "encode": 5.0}


def test_people_are_those_of_the_image_folder_and_missing_pictures_are_told(crowd, tmp_path):
    folder = crowd([2])
    for name in ("#recycle", ".Trash-1000", "System Volume Information"):
        (folder / name).mkdir()
        shutil.copy(asset("demo", "grace_hopper.jpg"), folder / name / "1.jpg")
    pictures = people_in(folder)
    assert [picture.person for picture in pictures] == ["Person_0"] * 2
    (tmp_path / "empty").mkdir()
    for name in ("empty", "nowhere"):
        with pytest.raises(EvaluationError, match=name):
            people_in(tmp_path / name)
    gone = [Picture("X", f"X/{number}.jpg", folder / "X" / f"{number}.jpg") for number in range(5)]
    with pytest.raises(EvaluationError, match=r"5 of 7 pictures are missing \(X/0.jpg, X/1.jpg, X/2.jpg, \.\.\.\)"):
        require_files([*pictures, *gone], folder)
    with pytest.raises(EvaluationError, match="1 of 1 pictures are missing"):
        require_files([Picture("x" * 300, "x", folder / ("x" * 300))], folder)


# The cache and the processes ------------------------------------------------------------------------------------------


def test_the_cache_returns_what_was_put_and_nothing_that_is_damaged(tmp_path):
    cache, numbers = ContentCache(tmp_path, "key"), np.arange(6, dtype=np.float32)
    cache.put("digest", {"name": "Zoë", "vectors": [numbers, None]})
    found = cache.get("digest")
    assert (found["name"], found["vectors"][1]) == ("Zoë", None)
    np.testing.assert_array_equal(found["vectors"][0], numbers)
    assert ContentCache(tmp_path, "other").get("digest") is cache.get("another") is None
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    os.utime(path, (0, time.time() - 50 * 86400))
    cache.get("digest")
    assert time.time() - path.stat().st_mtime < 3600  # the gallery deletes unused files
    for damage in (b"", b"abc", b"\0" * 100, path.read_bytes()[:-3]):
        path.write_bytes(damage)
        assert cache.get("digest") is None, damage
    (tmp_path / "file").write_text("")
    ContentCache(tmp_path / "file", "key").put("digest", [])  # a folder that cannot be written


def make_times(factor):
    return partial(times, factor)


def times(factor, number):
    return factor * number, os.getpid(), cv2.getNumThreads()


def failing():
    raise PictureError("a path", "cannot be made", "mend it")


def make_kill():
    return kill_at_three


def kill_at_three(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.slow
def test_processes_work_in_order_and_their_faults_are_told(crowd, monkeypatch):
    found = list(in_processes(partial(make_times, 3), range(40)))
    assert [number for number, *_ in found] == [3 * number for number in range(40)]
    assert all(process != os.getpid() and threads == 1 for _, process, threads in found)
    with pytest.raises(EvaluationError, match="was ended"):
        list(in_processes(make_kill, range(10)))
    with pytest.raises(PictureError, match="a path: cannot be made; mend it"):
        list(in_processes(failing, range(4)))
    pictures = people_in(crowd([2] * 4))
    alone = samples_of(pictures, Counting(), Counting, nothing)
    monkeypatch.setattr(samples, "FEW", 3)
    together = samples_of(pictures, PixelsExtractor(), PixelsExtractor, nothing)
    assert all(np.array_equal(a.vector, b.vector) for a, b in zip(alone, together, strict=True))


# Statistics and cohort ------------------------------------------------------------------------------------------------


def test_every_picture_is_compared_with_every_other_once_also_by_a_cohort(monkeypatch):
    monkeypatch.setattr(statistics, "_ROWS", 2)
    vectors = np.array([[1, 0], [0, 1], [1, 1], [3, 0]], np.float32)
    genuine, impostor = all_pairs(vectors, np.array([0, 0, 1, 2]))
    assert genuine == pytest.approx([np.sqrt(2)])
    assert sorted(impostor) == pytest.approx(sorted([1, 2, 1, np.sqrt(10), np.sqrt(5)]))
    assert [len(some) for some in all_pairs(vectors[:0], np.zeros(0, np.intp))] == [0, 0]
    directions = np.random.default_rng(3).normal(size=(122, 16)) + 2
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    strangers = Cohort.of(directions[2:].astype(np.float32), 60)
    shown = directions[:2].astype(np.float32)
    gallery = GallerySnapshot("E", (Template("p0", Embedding(shown[0], "E"), "p0"),))
    at_the_door = person_distances(shown[1:], gallery, Comparison(cohort=strangers))
    assert all_pairs(shown, np.arange(2), strangers)[1] == pytest.approx(at_the_door[0], abs=1e-5)


def test_the_statistics_are_a_section_that_a_spec_takes(crowd):
    text = measured_statistics(crowd([3] * 40), PixelsExtractor, 0, nothing)
    section = StatisticsSection.model_validate(YAML(typ="safe").load(text)["statistics"])
    assert (section.people, section.genuine.pairs, section.impostor.pairs) == (40, 40 * 3, 120 * 119 // 2 - 120)
    assert section.source == "kiosk evaluate --statistics: 120 pictures of people, detector none"


def test_a_cohort_is_made_of_the_first_picture_of_each_person(tmp_path, monkeypatch):
    monkeypatch.setattr(cohort, "_LEAST", 2)
    monkeypatch.setattr(statistics, "_STRANGERS", 4)
    folder = tmp_path / "people"
    for person, picture in (("Grace", "grace_hopper.jpg"), ("Eileen", "eileen_collins.jpg")):
        image = read_picture(asset("demo", picture), longest_side_px=400)
        for name, shown in ((person, image), (f"Dim {person}", cv2.convertScaleAbs(image, alpha=0.6))):
            (folder / name).mkdir(parents=True)
            cv2.imwrite(str(folder / name / "1.png"), shown)
    shutil.copy(folder / "Eileen" / "1.png", folder / "Grace" / "2.png")
    (folder / "Nobody").mkdir()
    cv2.imwrite(str(folder / "Nobody" / "1.png"), np.full((200, 200, 3), 120, np.uint8))
    config = overridden(ConfigFile(None), ["detector=yunet"])  # the faster one
    path, *counts = make_cohort(config, folder, tmp_path / "out", nothing)
    assert counts == [4, 4, 1]
    assert path == tmp_path / "out" / "sface_fp16.cohort.npz"
    found = find_cohort(encoder_spec("sface_fp16"), [tmp_path / "out"])
    assert found is not None
    assert found.vectors.shape == (4, 128)
    (tmp_path / "file").write_text("a file")
    with pytest.raises(WeightsError, match="cannot be written"):
        make_cohort(config, folder, tmp_path / "file", nothing)
    monkeypatch.setattr(cohort, "_LEAST", 50)
    with pytest.raises(EvaluationError, match="people: 100 people are needed, 4 were given"):
        make_cohort(config, folder, tmp_path / "out", nothing)
