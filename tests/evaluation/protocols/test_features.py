import shutil

import numpy as np
import pytest

from kiosk.domain import Box, Rejection
from kiosk.errors import EvaluationError
from kiosk.evaluation.extractors import Extracted
from kiosk.evaluation.features import Picture, acquisition_of, people_in, require, samples_of
from kiosk.files import asset


class Counting:
    """The path `pixels`, which says how often it worked, and whether a template was asked for."""

    def __init__(self, extractor, *, dear_templates=False):
        self.extractor, self.asked, self.dear = extractor, [], dear_templates
        self.key = extractor.key

    def extract(self, image, *, template):
        self.asked.append(template)
        found = self.extractor.extract(image, template=template)
        return Extracted(found.probe + 1 if template else None, found.probe) if self.dear else found


def nothing(done, total):
    pass


@pytest.fixture
def counting(pixels):
    return Counting(pixels[0])


def test_each_picture_becomes_a_sample_in_order(crowd, cache, pixels, counting):
    folder = crowd([2, 1])
    shown = []
    samples = samples_of(people_in(folder), counting, pixels[1], cache, lambda *both: shown.append(both))
    assert [(one.person, one.picture) for one in samples] == [
        ("Person_0", "Person_0/Person_0_0001.jpg"),
        ("Person_0", "Person_0/Person_0_0002.jpg"),
        ("Person_1", "Person_1/Person_1_0001.jpg"),
    ]
    assert all(one.acquired and one.fault is None and {"read", "encode"} == set(one.milliseconds) for one in samples)
    assert shown == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_recycle_bin_is_nobody(crowd):
    folder = crowd([2])
    for name in ("#recycle", ".Trash-1000", "System Volume Information"):
        (folder / name).mkdir()
        shutil.copy(asset("demo", "grace_hopper.jpg"), folder / name / "1.jpg")
    assert {picture.person for picture in people_in(folder)} == {"Person_0"}
    shutil.rmtree(folder / "Person_0")
    with pytest.raises(EvaluationError, match="holds no pictures"):
        people_in(folder)


def test_the_second_run_reads_the_cache(crowd, cache, pixels, counting):
    pictures = people_in(crowd([2, 1]))
    first = samples_of(pictures, counting, pixels[1], cache, nothing)
    second = samples_of(pictures, counting, pixels[1], cache, nothing)
    assert len(counting.asked) == 3
    assert all(np.array_equal(a.probe, b.probe) for a, b in zip(first, second, strict=True))


def test_a_picture_of_another_content_is_read_anew(crowd, cache, pixels, counting):
    folder = crowd([2])
    pictures = people_in(folder)
    samples_of(pictures, counting, pixels[1], cache, nothing)
    shutil.copy(asset("demo", "grace_hopper.jpg"), pictures[0].path)
    changed, _ = samples_of(pictures, counting, pixels[1], cache, nothing)
    assert len(counting.asked) == 3
    assert changed.acquired


def test_a_template_is_made_where_it_is_asked_for_and_then_known(crowd, cache, pixels):
    pictures, dear = people_in(crowd([2])), Counting(pixels[0], dear_templates=True)
    only_first = {"templates": lambda picture: picture is pictures[0]}
    first, second = samples_of(pictures, dear, pixels[1], cache, nothing, **only_first)
    assert dear.asked == [True, False]
    assert first.template is not None
    assert second.template is None
    samples_of(pictures, dear, pixels[1], cache, nothing, **only_first)
    assert len(dear.asked) == 2
    _, second = samples_of(pictures, dear, pixels[1], cache, nothing)
    assert dear.asked == [True, False, True]
    assert second.template is not None


def test_more_pictures_are_read_by_several_processes_with_the_same_result(crowd, cache, pixels, tmp_path):
    pictures = people_in(crowd([2] * 15))
    shown = []
    many = samples_of(pictures, *pixels, cache, lambda *both: shown.append(both))
    few = samples_of(pictures[:3], *pixels, tmp_path / "other cache", nothing)
    assert all(np.array_equal(a.probe, b.probe) for a, b in zip(few, many[:3], strict=True))
    assert shown[-1] == (30, 30)


def test_files_that_are_no_pictures_are_samples_with_a_fault(tmp_path, cache, pixels):
    for name, content in {
        "empty": b"",
        "text": b"no picture",
        "cut": asset("demo", "grace_hopper.jpg").read_bytes()[:999],
    }.items():
        (tmp_path / f"{name}.jpg").write_bytes(content)
    pictures = [Picture("Ada", f"{name}.jpg", tmp_path / f"{name}.jpg") for name in ("empty", "text", "cut", "gone")]
    samples = samples_of(pictures, *pixels, cache, nothing)
    assert all(one.fault and not one.acquired and one.rejection is None for one in samples)
    acquisition = acquisition_of(samples)
    assert acquisition.failures == {"unreadable": 4}
    assert (acquisition.rate.errors, acquisition.rate.trials) == (4, 4)


def test_failures_are_counted_by_reason_and_stages_by_their_median(sample):
    spent = [{"detect": 10.0}, {"detect": 30.0, "encode": 5.0}, {"detect": 20.0}]
    samples = [
        sample("Ada", 1, rejection=Rejection.NO_FACE, milliseconds=spent[0]),
        sample("Ada", 2, [1, 0], box=Box(0, 0, 9, 9), milliseconds=spent[1]),
        sample("Ada", 3, rejection=Rejection.OFF_POSE, milliseconds=spent[2]),
        sample("Ada", 4, rejection=Rejection.NO_FACE),
    ]
    found = acquisition_of(samples)
    assert found.failures == {"no_face": 2, "off_pose": 1}
    assert found.rate.value == 0.75
    assert found.milliseconds == {"detect": 20.0, "encode": 5.0}
    assert acquisition_of([]).rate.value is None


def test_a_folder_without_pictures_is_told(tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "nowhere"):
        with pytest.raises(EvaluationError, match=folder):
            people_in(tmp_path / folder)


def test_missing_pictures_are_told_with_the_first_of_them_and_how_many(crowd):
    folder = crowd([1])
    pictures = people_in(folder)
    require(pictures, folder)
    gone = [Picture("X", f"X/{number}.jpg", folder / "X" / f"{number}.jpg") for number in range(5)]
    with pytest.raises(EvaluationError) as caught:
        require([*pictures, *gone], folder)
    assert "5 of 6 pictures are missing (X/0.jpg, X/1.jpg, X/2.jpg, ...)" in str(caught.value)
    with pytest.raises(EvaluationError, match="1 of 1 pictures are missing"):
        require([Picture("x" * 300, "x", folder / ("x" * 300))], folder)
