import dataclasses

import numpy as np
import pytest

from kiosk.domain import Embedding, Template
from kiosk.people.snapshot import GallerySnapshot


def template(person: str, *vector: float) -> Template:
    return Template(person, Embedding(np.array(vector, np.float32), "pixels"), f"{person}/{vector}.jpg")


@pytest.fixture
def snapshot() -> GallerySnapshot:
    return GallerySnapshot("pixels", (template("Grace_H", 1, 0), template("Ada", 0, 1), template("Grace_H", 0.6, 0.8)))


def test_rows_belong_to_the_people_of_their_templates(snapshot):
    assert snapshot.people == ("Ada", "Grace_H")
    assert [snapshot.people[owner] for owner in snapshot.owners] == ["Grace_H", "Ada", "Grace_H"]
    assert np.array_equal(snapshot.matrix, np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32))
    assert (snapshot.matrix.dtype, snapshot.owners.dtype) == (np.float32, np.intp)


def test_nobody_can_change_it(snapshot):
    for array in (snapshot.matrix, snapshot.owners):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        snapshot.people = ()


def test_an_empty_one_has_no_rows():
    empty = GallerySnapshot("pixels")
    assert empty.people == ()
    assert len(empty.matrix) == len(empty.owners) == 0


def test_a_person_is_found_however_the_name_is_spelt(snapshot):
    assert snapshot.person("grace h") == "Grace_H"
    assert snapshot.person("Grace") is None


def test_the_templates_of_one_person_are_told(snapshot):
    assert [one.person for one in snapshot.templates_of("Grace_H")] == ["Grace_H", "Grace_H"]
    assert snapshot.templates_of("Nobody") == ()
