import os
import time
from collections.abc import Callable

import pytest

from kiosk.errors import EncoderError
from kiosk.people.gallery import Gallery, GalleryWatch


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        os.sched_yield()


@pytest.fixture
def gallery(tmp_path, encode_pixels, save_portrait):
    save_portrait(tmp_path / "images" / "Ada.png", 1)
    made = Gallery(tmp_path / "images", lambda: encode_pixels, "pixels", "1", tmp_path / "cache")
    made.load()
    return made


@pytest.fixture
def watch(gallery):
    watch = GalleryWatch(gallery, every_seconds=0.02)
    yield watch
    watch.close()


def test_what_is_added_and_deleted_is_in_force_without_being_asked_for(watch, tmp_path, save_portrait):
    assert watch.snapshot.people == ("Ada",)
    save_portrait(tmp_path / "images" / "Grace.png", 2)
    wait_for(lambda: watch.snapshot.people == ("Ada", "Grace"))
    (tmp_path / "images" / "Ada.png").unlink()
    wait_for(lambda: watch.snapshot.people == ("Grace",))


def test_a_fault_is_told_until_it_is_over(gallery, monkeypatch):
    refresh = gallery.refresh

    def failing() -> bool:
        raise EncoderError("encoder", "has a cold", "wait")

    monkeypatch.setattr(gallery, "refresh", failing)
    watch = GalleryWatch(gallery, every_seconds=0.02)
    wait_for(lambda: watch.fault == "encoder: has a cold; wait")
    monkeypatch.setattr(gallery, "refresh", refresh)
    wait_for(lambda: watch.fault is None)
    watch.close()


def test_an_unforeseen_fault_does_not_end_the_watch(gallery, monkeypatch):
    refresh = gallery.refresh
    monkeypatch.setattr(gallery, "refresh", lambda: 1 // 0)
    watch = GalleryWatch(gallery, every_seconds=0.02)
    wait_for(lambda: watch.fault is not None and "ZeroDivisionError" in watch.fault)
    monkeypatch.setattr(gallery, "refresh", refresh)
    wait_for(lambda: watch.fault is None)
    watch.close()


def test_after_closing_nothing_is_looked_at(gallery, tmp_path, save_portrait, monkeypatch):
    looks = []
    refresh = gallery.refresh
    monkeypatch.setattr(gallery, "refresh", lambda: looks.append(refresh()))
    watch = GalleryWatch(gallery, every_seconds=0.02)
    wait_for(lambda: len(looks) > 1)
    watch.close()
    seen = len(looks)
    save_portrait(tmp_path / "images" / "Grace.png", 2)
    assert watch.snapshot.people == ("Ada",)
    assert len(looks) == seen
