from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from kiosk.errors import WeightsError
from kiosk.files import shipped_weights
from kiosk.weights.catalogue import CATALOGUE, Catalogue, CatalogueEntry, how_to_get, read_catalogue
from kiosk.weights.manifest import manifest_entry, read_manifest

ONE = """\
fetch:
  - name: small
    kind: encoder
    file: small.onnx
    url: https://example.org/small.onnx
    size: 30
    sha256: 0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79
    licence: MIT
    note: Made for a test.
shipped:
  - {name: other, kind: encoder, file: other.tflite, note: Comes along.}
"""


def read(folder: Path, text: str) -> Catalogue:
    path = folder / CATALOGUE
    path.write_text(text, encoding="utf-8")
    return read_catalogue(path)


def test_sface_is_the_file_of_the_opencv_model_zoo() -> None:
    sface = read_catalogue().entry("sface")
    assert sface.kind == "encoder"
    assert sface.file == "face_recognition_sface_2021dec.onnx"
    assert sface.size == 38_696_353
    assert sface.sha256 == "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79"
    assert sface.licence == "Apache-2.0"
    assert sface.url.startswith("https://media.githubusercontent.com/media/opencv/opencv_zoo/")
    assert sface.url.endswith("/models/face_recognition_sface/face_recognition_sface_2021dec.onnx")


def test_yunet_is_the_file_of_the_opencv_model_zoo() -> None:
    yunet = read_catalogue().shipped_file("yunet")
    assert yunet.kind == "detector"
    assert yunet.file == "face_detection_yunet_2023mar.onnx"
    entry = manifest_entry(yunet.file)
    assert entry.size == 232_589
    assert entry.sha256 == "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
    assert entry.licence == "MIT"
    assert yunet.url.startswith("https://media.githubusercontent.com/media/opencv/opencv_zoo/")
    assert yunet.url.endswith("/models/face_detection_yunet/face_detection_yunet_2023mar.onnx")


def test_every_file_in_the_shipped_catalogue_is_asked_for_in_secret() -> None:
    assert all(entry.url.startswith("https://") for entry in read_catalogue().fetch)


def test_the_address_does_not_follow_a_branch_that_moves() -> None:
    assert all("/main/" not in entry.url and "/master/" not in entry.url for entry in read_catalogue().fetch)


def test_every_shipped_file_has_its_place_in_the_catalogue() -> None:
    assert {known.file for known in read_catalogue().shipped} == read_manifest().keys()


def test_every_figure_says_whose_it_is() -> None:
    catalogue = read_catalogue()
    for known in [*catalogue.fetch, *catalogue.shipped]:
        assert (known.figure is None) == (known.whose is None)


def test_the_spec_of_a_fetched_file_names_the_same_file() -> None:
    for entry in read_catalogue().fetch:
        spec = shipped_weights(f"{entry.name}.yaml").read_text(encoding="utf-8")
        for value in (entry.file, entry.sha256, str(entry.size), f"licence: {entry.licence}"):
            assert value in spec


def test_an_entry_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        read_catalogue().entry("sface").sha256 = "0" * 64  # type: ignore[misc]


@pytest.mark.parametrize(("name", "nearest"), [("sfac", "sface"), ("face", "sface")])
def test_an_unknown_name_is_answered_with_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(WeightsError, match=f"are not known; did you mean '{nearest}'"):
        read_catalogue().entry(name)


@pytest.mark.parametrize("name", ["", "insightface_buffalo", "x" * 9999])
def test_a_name_that_is_near_none_is_answered_with_the_list(name: str) -> None:
    with pytest.raises(WeightsError, match="are not known; see `kiosk weights list`") as raised:
        read_catalogue().entry(name)
    assert len(str(raised.value)) < 200


def test_an_empty_catalogue_knows_no_name(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="are not known; see `kiosk weights list`"):
        read(tmp_path, "fetch: []\nshipped: []\n").entry("sface")


def test_what_is_shipped_is_not_fetched() -> None:
    with pytest.raises(WeightsError, match="dlib_resnet: comes with the kiosk"):
        read_catalogue().entry("dlib_resnet")


def test_a_catalogue_is_read_from_its_file(tmp_path: Path) -> None:
    entry = read(tmp_path, ONE).entry("small")
    assert isinstance(entry, CatalogueEntry)
    assert (entry.figure, entry.whose) == (None, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "holds no options"),
        ("just words", "holds no options"),
        ("fetch: {", "is no YAML"),
        ("a: &a [*a]", "uses an alias"),
        ("fetch: []", "shipped: Field required"),
        (ONE + "colour: blue\n", "colour: Extra inputs"),
        (ONE.replace("kind: encoder\n    file", "kind: landmarks\n    file"), "fetch.0.kind"),
        (ONE.replace("https", "file"), "fetch.0.url"),
        (ONE.replace("size: 30", "size: 0"), "fetch.0.size"),
        (ONE.replace("size: 30", "size: 3.5"), "fetch.0.size"),
        (ONE.replace("size: 30", "size: 99999999999"), "fetch.0.size"),
        (ONE.replace("sha256: ", "sha256: x"), "fetch.0.sha256"),
        (ONE.replace("file: small.onnx", "file: ../small.onnx"), "fetch.0.file"),
        (ONE.replace("file: small.onnx", "file: small.sh"), "fetch.0.file"),
        (ONE.replace("name: small", "name: -small"), "fetch.0.name"),
        (ONE.replace("    licence: MIT\n", ""), "fetch.0.licence: Field required"),
        (ONE.replace("name: other", "name: small"), "small stands there twice"),
        (ONE.replace("other.tflite", "small.onnx"), "small.onnx stands there twice"),
        (ONE + ONE, "duplicate key"),
    ],
)
def test_a_damaged_catalogue_is_a_fault(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(WeightsError, match=f"catalogue.yaml.*({reason}).*; install kiosk again"):
        read(tmp_path, text)


def test_a_missing_catalogue_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"catalogue\.yaml: is not there; install kiosk again"):
        read_catalogue(tmp_path / CATALOGUE)


def test_a_catalogue_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / CATALOGUE).write_bytes(b"\xff\xfe\x00\x80" * 20)
    with pytest.raises(WeightsError, match="install kiosk again"):
        read_catalogue(tmp_path / CATALOGUE)


@pytest.mark.parametrize("name", ["sface"])
def test_a_file_of_the_catalogue_is_fetched_by_the_name_it_has_there(name: str) -> None:
    entry = read_catalogue().entry(name)
    assert how_to_get(entry.file, entry.sha256) == f"type: kiosk weights fetch {name}"


def test_another_file_is_put_there_by_hand() -> None:
    sface = read_catalogue().entry("sface")
    for file, sha256 in (("mine.onnx", sface.sha256), (sface.file, "0" * 64)):
        assert how_to_get(file, sha256) == "put the file there that its spec describes"


def test_a_shipped_file_comes_with_the_kiosk() -> None:
    assert how_to_get("dlib_resnet.tflite", "0" * 64) == "install kiosk again"


def test_a_damaged_catalogue_does_not_hide_what_is_at_fault(
    tmp_path: Path, ship_weights: Callable[[Path], None]
) -> None:
    sface = read_catalogue().entry("sface")
    ship_weights(tmp_path)
    assert how_to_get(sface.file, sface.sha256) == "put the file there that its spec describes"
