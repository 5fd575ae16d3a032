import json
import os
import time
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import Embedding, Rejection
from kiosk.names import normal_name, person_key
from kiosk.people.erasure import forget_cached, forget_names, source_belongs_to
from kiosk.people.folder import Stamp, name_fault_of
from kiosk.people.templates import TemplateCache

STAMP = Stamp(1, 2, 3, 4)
ADA, LIN, OLD = "aa" * 32, "bb" * 32, "cc" * 32


def vector(number: int) -> Embedding:
    return Embedding(np.array([np.cos(number), np.sin(number)], np.float32), "pixels")


@pytest.fixture
def caches(tmp_path: Path) -> list[TemplateCache]:
    """Two encoders; both know Ada and Lin, and a picture that was removed long ago."""
    made = [TemplateCache(tmp_path / "cache", "pixels", version) for version in "12"]
    for cache in made:
        for number, digest in enumerate((ADA, LIN, OLD)):
            cache.put(digest, vector(number))
        cache.remember_digests(tmp_path / "images", {"Ada_L/1.jpg": (STAMP, ADA), "Lin.jpg": (STAMP, LIN)})
    return made


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_person_is_gone_from_the_caches_of_all_encoders(caches: list[TemplateCache], tmp_path: Path) -> None:
    assert forget_cached(tmp_path / "cache", source_belongs_to(person_key("ada l")), ()) == 4
    for cache in caches:
        assert (cache.get(ADA), cache.get(OLD)) == (None, None)
        assert cache.get(LIN) is not None
        assert cache.known_digests(tmp_path / "images") == {"Lin.jpg": (STAMP, LIN)}
    left = everything(tmp_path / "cache")
    assert b"Ada" not in left
    assert vector(0).vector.tobytes() not in left


def test_a_content_is_gone_under_whatever_name_it_lies(caches: list[TemplateCache], tmp_path: Path) -> None:
    forget_cached(tmp_path / "cache", lambda source: False, {LIN})
    assert caches[0].get(LIN) is None
    assert list(caches[0].known_digests(tmp_path / "images")) == ["Ada_L/1.jpg"]


def test_what_crashes_left_is_deleted_and_what_is_being_written_is_not(
    caches: list[TemplateCache], tmp_path: Path
) -> None:
    index = next((tmp_path / "cache").glob("*/index-*"))
    index.write_text('{"Ada_L/1.jpg": [')
    left, fresh = index.with_name(".new-left"), index.with_name(".new-fresh")
    left.write_text("Ada")
    os.utime(left, (time.time() - 60,) * 2)
    fresh.write_text("")
    forget_cached(tmp_path / "cache", lambda source: False, ())
    assert not index.exists()
    assert not left.exists()
    assert fresh.exists()


def test_a_cache_that_is_not_there_has_nothing_to_forget(tmp_path: Path) -> None:
    assert forget_cached(tmp_path / "none", lambda source: True, {ADA}) == 0


def test_one_content_is_forgotten_by_its_own_cache(caches: list[TemplateCache]) -> None:
    caches[0].put(ADA, Rejection.NO_FACE)
    caches[0].forget(ADA)
    caches[0].forget(ADA)
    assert caches[0].get(ADA) is None
    assert caches[1].get(ADA) is not None


@pytest.mark.parametrize("source", ["Ada_L/1.jpg", "ada l.jpeg", "ADA_L/x.png"])
def test_sources_are_told_apart_by_person(source: str) -> None:
    belongs = source_belongs_to(person_key("Ada L"))
    assert belongs(source)
    assert not belongs(f"Lin/{Path(source).name}")


def test_names_are_not_remembered_by_the_process() -> None:
    for remembered in (person_key, normal_name):
        remembered("Ada")
    name_fault_of("Ada/1.jpg", "Ada")
    forget_names()
    assert [each.cache_info().currsize for each in (person_key, normal_name, name_fault_of)] == [0, 0, 0]


def test_an_index_of_another_shape_is_deleted(caches: list[TemplateCache], tmp_path: Path) -> None:
    for index in (tmp_path / "cache").glob("*/index-*"):
        index.write_text(json.dumps(["Ada"]))
    forget_cached(tmp_path / "cache", lambda source: False, ())
    assert not list((tmp_path / "cache").glob("*/index-*"))
