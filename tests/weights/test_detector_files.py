import hashlib

import pytest

from kiosk.errors import WeightsError
from kiosk.files import shipped_weights
from kiosk.weights import catalogue as detector_files
from kiosk.weights.catalogue import detector_content, detector_paths, read_catalogue
from kiosk.weights.specs import read_spec, spec_names

CONTENT = b"a network"


@pytest.fixture
def add(tmp_path):
    """add(key=value): the detector mine of that spec in a folder of its own; None leaves a key out."""

    def write(**changes):
        spec = {
            "kind": "detector",
            "file": "mine.onnx",
            "size": len(CONTENT),
            "sha256": hashlib.sha256(CONTENT).hexdigest(),
            "licence": "MIT",
            "source": "a test",
        }
        lines = [f"{key}: {value}\n" for key, value in {**spec, **changes}.items() if value is not None]
        (tmp_path / "mine.yaml").write_text("".join(lines))
        (tmp_path / "mine.onnx").write_bytes(CONTENT)
        return [tmp_path]

    return write


def test_the_content_is_read_when_it_is_the_one_described(add):
    assert detector_content("mine", add()) == CONTENT


def test_its_file_may_lie_in_another_folder_than_its_spec(add, tmp_path):
    folders = add()
    (tmp_path / "other").mkdir()
    (tmp_path / "mine.onnx").rename(tmp_path / "other" / "mine.onnx")
    assert detector_content("mine", [*folders, tmp_path / "other"]) == CONTENT
    assert detector_paths("mine", [*folders, tmp_path / "other"]) == (
        tmp_path / "mine.yaml",
        tmp_path / "other" / "mine.onnx",
    )


@pytest.mark.parametrize("content", [b"", b"b network", CONTENT + b"!", None])
def test_another_file_or_none_is_refused_with_what_to_do(add, tmp_path, content):
    folders = add()
    (tmp_path / "mine.onnx").unlink()
    if content is not None:
        (tmp_path / "mine.onnx").write_bytes(content)
    with pytest.raises(WeightsError, match="; put the file there that its spec describes"):
        detector_content("mine", folders)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"file": "../mine.onnx"}, "file"),
        ({"file": "mine.pt"}, "file"),
        ({"size": 0}, "size"),
        ({"size": 2**40}, "size"),
        ({"size": ".nan"}, "size"),
        ({"sha256": "abc"}, "sha256"),
        ({"licence": None}, "licence"),
        ({"threshold": 0.5}, "threshold"),
        ({"kind": "encoder"}, "kind"),
    ],
)
def test_a_spec_that_is_none_is_refused_by_its_key(add, changes, told):
    with pytest.raises(WeightsError, match=f"mine.yaml: {told}"):
        detector_content("mine", add(**changes))


@pytest.mark.parametrize("name", ["nonsense", "", "../mine", "a" * 300, "mine\0"])
def test_a_name_without_a_spec_is_refused(add, name):
    with pytest.raises(WeightsError, match="has no spec"):
        detector_paths(name, add())


def test_the_spec_that_is_shipped_is_sound():
    assert spec_names([shipped_weights()], "detector") == ("yunet",)
    assert detector_paths("yunet", [shipped_weights()])[1].name == "face_detection_yunet_2023mar.onnx"


def test_a_file_of_the_catalogue_is_fetched_by_its_name_there(add, tmp_path):
    entry = read_catalogue().entry("sface")
    folders = add(file=entry.file, size=entry.size, sha256=entry.sha256)
    with pytest.raises(WeightsError, match=r"sface_2021dec\.onnx: is not there; type: kiosk weights fetch sface"):
        detector_content("mine", folders)


def test_its_spec_is_read_once(add, monkeypatch):
    folders, asked = add(), []

    def note(path, model, kind):
        asked.append(path)
        return read_spec(path, model, kind)

    monkeypatch.setattr(detector_files, "read_spec", note)
    detector_content("mine", folders)
    assert len(asked) == 1
