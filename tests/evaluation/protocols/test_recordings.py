from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.evaluation.extractors import PixelsRecipe
from kiosk.evaluation.features import Picture
from kiosk.evaluation.recordings import StandingReader, standing_recordings, watcher_of


@pytest.fixture
def pictures(tmp_path):
    """pictures(n): so many small files of people."""

    def make(count: int) -> list[Picture]:
        made = []
        for number in range(count):
            path = tmp_path / "people" / f"p{number}" / "1.png"
            path.parent.mkdir(parents=True)
            pattern = np.random.default_rng(number).integers(0, 255, (6, 6, 3), dtype=np.uint8)
            Image.fromarray(pattern).resize((60, 60)).save(path)
            made.append(Picture(f"p{number}", f"p{number}/1.png", path))
        return made

    return make


def record(pictures: list[Picture], cache: Path, frames: int = 3):
    shown: list[tuple[int, int]] = []
    recipe = PixelsRecipe()
    show = lambda done, total: shown.append((done, total))  # noqa: E731
    return standing_recordings(pictures, watcher_of(recipe), recipe, cache, frames=frames, show=show), shown


def test_each_picture_is_seen_for_so_many_frames(pictures, tmp_path):
    found, shown = record(pictures(2), tmp_path / "cache")
    assert [len(frames) for frames in found] == [3, 3]
    assert [frame.at_seconds for frame in found[0]] == pytest.approx([0.0, 0.1, 0.2])
    vectors = [frame.faces[0].vector for frame in found[0]]
    assert not np.array_equal(vectors[0], vectors[1])
    assert np.linalg.norm(vectors[0] - vectors[1]) < np.linalg.norm(vectors[0] - found[1][0].faces[0].vector)
    assert shown == [(0, 2), (1, 2), (2, 2)]


def test_a_second_run_reads_what_the_first_one_saw(pictures, tmp_path, monkeypatch):
    people = pictures(2)
    first, _ = record(people, tmp_path / "cache")
    monkeypatch.setattr(StandingReader, "__call__", lambda self, path: pytest.fail("read again"))
    again, shown = record(people, tmp_path / "cache")
    assert shown == [(2, 2)]
    assert np.array_equal(first[1][2].faces[0].vector, again[1][2].faces[0].vector)


def test_another_number_of_frames_is_seen_anew(pictures, tmp_path):
    people = pictures(1)
    record(people, tmp_path / "cache")
    (frames,), _ = record(people, tmp_path / "cache", frames=5)
    assert len(frames) == 5


def test_several_processes_see_what_one_does(pictures, tmp_path):
    people = pictures(10)
    together, _ = record(people, tmp_path / "cache")
    alone = [record([one], tmp_path / "other")[0][0] for one in people]
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(one[2].faces[0].vector, other[2].faces[0].vector)


def test_files_that_cannot_be_read_show_nothing(pictures, tmp_path):
    people = pictures(3)
    people[0].path.write_bytes(b"no picture")
    people[1].path.write_bytes(b"")
    people[2].path.unlink()
    found, _ = record(people, tmp_path / "cache")
    assert found == [(), (), ()]


def test_no_pictures_are_no_recordings(tmp_path):
    assert record([], tmp_path / "cache") == ([], [(0, 0)])
