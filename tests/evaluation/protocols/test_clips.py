from pathlib import Path

import numpy as np
import pytest

from kiosk.config import ConfigFile
from kiosk.errors import EvaluationError
from kiosk.evaluation.extractors import PixelsRecipe
from kiosk.evaluation.recordings import Clip, FrameByFrame, KioskWatcher, Watched, clips_in, watch_clips, watcher_of
from kiosk.evaluation.replay import SeenFace, SeenFrame
from kiosk.vision.opencv import cv2


def seen(*tracks):
    return SeenFrame(0.0, tuple(SeenFace(track, np.ones(2, np.float32), None, None) for track in tracks))


def test_clips_of_people_and_of_strangers_are_found(tmp_path):
    for name in ("ada/b.MP4", "ada/a.avi", "c.mov", "ada/notes.txt", ".hidden.mp4", "ada/deep/down.mp4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.mp4").mkdir()
    assert [(clip.person, clip.source) for clip in clips_in(tmp_path)] == [
        ("ada", "ada/a.avi"),
        ("ada", "ada/b.MP4"),
        (None, "c.mov"),
    ]


def test_a_recycle_bin_shows_nobody(tmp_path):
    for name in ("#recycle/ada.mp4", "@eaDir/a.mp4", "RECYCLER/a.mp4", ".Trash-1000/a.mp4", "_ada/a.mp4", "_DSC1.mp4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [(clip.person, clip.source) for clip in clips_in(tmp_path)] == [(None, "_DSC1.mp4")]


def test_a_folder_without_clips_has_none(tmp_path):
    assert clips_in(tmp_path) == []


def test_a_folder_that_is_not_there_is_a_fault(tmp_path):
    for folder in (tmp_path / "nowhere", tmp_path / ("x" * 300)):
        with pytest.raises(EvaluationError):
            clips_in(folder)


def test_a_clip_is_looked_at_as_often_as_a_kiosk_does_in_whole_parts(tmp_path, save_clip):
    clip = Clip("ada", "ada/a.avi", save_clip(tmp_path / "ada" / "a.avi", 70))
    (watched,), broken = watch_clips([clip], watcher_of(PixelsRecipe()), tmp_path / "cache", 5)
    assert broken == []
    assert [len(part) for part in watched.parts] == [5] * 4  # 24 of the 70 frames, of which four are left over
    times = [frame.at_seconds for part in watched.parts for frame in part]
    assert np.diff(times) == pytest.approx(np.full(19, 0.1), abs=0.02)


def test_a_slow_clip_is_looked_at_frame_by_frame(tmp_path, save_clip):
    clip = Clip(None, "a.avi", save_clip(tmp_path / "a.avi", 12, rate_hz=5))
    ((watched,), _) = watch_clips([clip], watcher_of(PixelsRecipe()), tmp_path / "cache", 4)
    assert len(watched.parts) == 3


def test_a_second_run_watches_nothing(tmp_path, monkeypatch, save_clip):
    clip = Clip("ada", "ada/a.avi", save_clip(tmp_path / "ada" / "a.avi", 40))
    watcher = watcher_of(PixelsRecipe())
    (first,), _ = watch_clips([clip], watcher, tmp_path / "cache", 5)
    monkeypatch.setattr(FrameByFrame, "watch", lambda *args, **options: pytest.fail("watched again"))
    (again,), _ = watch_clips([clip], watcher, tmp_path / "cache", 5)
    assert len(first.parts) == len(again.parts) == 2


@pytest.mark.parametrize("content", [b"", b"\0" * 4000, b"text", None])
def test_what_is_no_video_is_named_and_the_others_go_on(tmp_path, content, save_clip):
    bad = tmp_path / "bad.mp4"
    if content is not None:
        bad.write_bytes(content)
    clips = [Clip(None, "bad.mp4", bad), Clip(None, "a.avi", save_clip(tmp_path / "a.avi", 30))]
    watched, (reason,) = watch_clips(clips, watcher_of(PixelsRecipe()), tmp_path / "cache", 5)
    assert [one.clip.source for one in watched] == ["a.avi"]
    assert reason.startswith("bad.mp4: ")


def test_a_persons_clip_is_one_visit_a_part():
    watched = Watched(Clip("ada", "ada/a.mp4", Path("a.mp4")), ((seen(1), seen(1)), (seen(), seen(4))))
    assert [(visit.person, len(visit.frames)) for visit in watched.visits(2)] == [("ada", 2), ("ada", 2)]


def test_each_stranger_who_stays_is_a_visit():
    watched = Watched(Clip(None, "hall.mp4", Path("hall.mp4")), ((seen(1, 2), seen(1), seen(1, 2)),))
    visits = list(watched.visits(2))
    assert [visit.person for visit in visits] == ["hall.mp4"] * 2
    assert [[len(frame.faces) for frame in visit.frames] for visit in visits] == [[1, 1, 1], [1, 0, 1]]
    assert len(list(watched.visits(3))) == 1


def test_the_real_clip_shows_somebody_who_is_followed(data, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("")
    source = cv2.VideoCapture(str(data / "clips" / "short_hamilton_clip.mp4"))
    short = tmp_path / "short.avi"
    writer = cv2.VideoWriter(str(short), cv2.VideoWriter.fourcc(*"MJPG"), 29.97, (640, 360))
    for number in range(120):
        image = source.read()[1]
        if number >= 60:
            writer.write(image)
    writer.release()
    watcher = KioskWatcher(ConfigFile(config))
    ((watched,), broken) = watch_clips([Clip(None, "short.avi", short)], watcher, tmp_path / "cache", 5)
    visits = list(watched.visits(3))
    assert (broken, len(watched.parts)) == ([], 4)
    assert visits
    assert any(visit.vectors for visit in visits)
