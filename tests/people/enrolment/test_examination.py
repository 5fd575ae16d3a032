import hashlib
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import Embedding, Rejection
from kiosk.people.enrolment import Offered, examine


def test_a_good_picture_has_an_embedding_and_a_name_of_its_content(tmp_path, save_portrait, encode_pixels):
    path = save_portrait(tmp_path / "IMG 1.JPG", person=1)
    from_file = examine(Offered.file(path), encode_pixels)
    from_memory = examine(Offered("shot.jpg", path.read_bytes()), encode_pixels)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert from_file.fault == from_memory.fault == ""
    assert from_file.as_file.name == from_memory.as_file.name == f"{digest[:16]}.jpg"
    assert (from_file.embedding.vector == from_memory.embedding.vector).all()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("notes.txt", b"text", "ends in none of"),
        ("empty.jpg", b"", "is empty"),
        ("text.jpg", b"no picture", "holds no JPEG"),
    ],
)
def test_what_is_no_picture_is_told_wherever_it_comes_from(tmp_path, encode_pixels, name, content, reason):
    (tmp_path / name).write_bytes(content)
    for offered in (Offered(name, content), Offered.file(tmp_path / name)):
        found = examine(offered, encode_pixels)
        assert reason in found.fault
        assert found.embedding is None


def test_a_file_that_is_gone_or_too_large_is_told(tmp_path, encode_pixels, monkeypatch):
    assert "cannot be read" in examine(Offered.file(tmp_path / "gone.png"), encode_pixels).fault
    monkeypatch.setattr("kiosk.people.enrolment.MAX_BYTES", 3)
    assert "too large" in examine(Offered("a.png", b"1234"), encode_pixels).fault


def test_a_rejection_and_an_embedding_that_is_no_number_are_faults(tmp_path, save_portrait):
    offered = Offered.file(save_portrait(tmp_path / "a.png", person=1))
    assert examine(offered, lambda image: Rejection.TOO_DARK).fault == "the face is too dark"
    broken = Embedding(np.array([np.nan], np.float32), "pixels")
    assert "no usable embedding" in examine(offered, lambda image: broken).fault


def test_a_name_that_would_upset_a_terminal_is_printable():
    assert Offered.file(Path("a\nb.JPG")).name == "a\\nb.JPG"
    assert Offered.file(Path("a\nb.JPG")).suffix == ".jpg"
