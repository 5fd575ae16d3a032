import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kiosk.encoders import EXPORTED, encoder_names, encoder_paths, load_encoder
from kiosk.encoders.encoder import TOLERANCE, NetworkEncoder, golden_difference, golden_vector
from kiosk.errors import EncoderError, WeightsError
from kiosk.files import shipped_weights

ENCODE = """
from kiosk.encoders import encoder_names, load_encoder
from kiosk.encoders.encoder import golden_vector
golden_vector(load_encoder("dlib_resnet"))
"""


def test_the_default_encoder_is_shipped_and_answers_as_its_spec_says() -> None:
    encoder = load_encoder("dlib_resnet")
    assert encoder.spec.name == "dlib_resnet"
    found = golden_vector(encoder)
    assert found.encoder == "dlib_resnet"
    assert found.vector.shape == (128,)
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-6)
    difference = golden_difference(encoder)
    assert difference is not None
    assert difference <= TOLERANCE


def test_threads_change_no_embedding() -> None:
    one, two = (golden_vector(load_encoder("dlib_resnet", threads)).vector for threads in (1, 2))
    assert np.linalg.norm(one - two) < 1e-5


@pytest.mark.parametrize("name", ["dlib_resnett", "../dlib_resnet"])
def test_an_unknown_name_is_answered_with_one_that_is_near(name: str) -> None:
    with pytest.raises(EncoderError, match="is not known; did you mean 'dlib_resnet'"):
        load_encoder(name)


@pytest.mark.parametrize("name", ["mine", "DLIB", "", "x" * 10_000, "\0"], ids=ascii)
def test_an_unknown_name_that_none_is_near_is_answered_with_where_to_look(name: str) -> None:
    with pytest.raises(EncoderError, match="is not known; see `kiosk encoders`") as raised:
        load_encoder(name)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("name", EXPORTED)
def test_a_network_without_weights_is_answered_with_the_command_that_makes_its_file(name: str) -> None:
    with pytest.raises(EncoderError, match=f"has no file yet; .*kiosk weights export {name} --weights"):
        load_encoder(name)


def test_a_file_that_can_be_fetched_is_answered_with_the_command() -> None:
    assert "sface" in encoder_names()
    if not encoder_paths("sface")[1].exists():
        with pytest.raises(WeightsError, match=r"sface_2021dec\.onnx: is not there; type: kiosk weights fetch sface"):
            load_encoder("sface")


def test_detectors_are_no_encoders() -> None:
    assert "yunet" not in encoder_names()
    with pytest.raises(EncoderError, match="encoder 'yunet': is not known"):
        load_encoder("yunet")


def test_the_default_encoder_never_imports_tensorflow() -> None:
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", ENCODE], capture_output=True, text=True, check=True
    )
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in ended.stderr.splitlines()}
    assert "ai_edge_litert" in imported
    assert imported.isdisjoint({"tensorflow", "keras", "dlib", "cv2", "PyQt6", "onnxruntime"})


def test_an_altered_file_is_never_loaded(tmp_path: Path, ship_weights: Callable[[Path], None]) -> None:
    for path in shipped_weights().iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    ship_weights(tmp_path)
    load_encoder("dlib_resnet")
    with (tmp_path / "dlib_resnet.tflite").open("r+b") as opened:
        opened.seek(5_000_000)
        opened.write(b"\x01")
    with pytest.raises(WeightsError, match=r"was altered .*; install kiosk again"):
        load_encoder("dlib_resnet")


# A folder of one's own ---------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path, save_encoder: Callable[..., Path], make_onnx: Callable[..., bytes]) -> Path:
    """A folder with the encoders one, two and wide."""
    pytest.importorskip("onnxruntime")
    folder = tmp_path / "weights"
    save_encoder(folder, "one.onnx", make_onnx(seed=1), threshold=0.4)
    save_encoder(folder, "two.onnx", make_onnx(seed=2), threshold=0.8)
    save_encoder(folder, "wide.onnx", make_onnx(512, seed=3), dimension=512)
    return folder


def test_encoders_of_ones_own_stand_beside_the_shipped_ones(own: Path) -> None:
    assert {"one", "two", "wide", "dlib_resnet"} <= set(encoder_names(own))
    assert load_encoder("dlib_resnet", folder=own).spec.dimension == 128
    assert encoder_paths("one", own) == (own / "one.yaml", own / "one.onnx")


def test_an_encoder_of_another_dimension_is_one_like_the_others(own: Path) -> None:
    encoder = load_encoder("wide", folder=own)
    assert encoder.spec.dimension == 512
    assert golden_vector(encoder).vector.shape == (512,)


def test_ones_own_spec_comes_before_a_shipped_one(
    tmp_path: Path, save_encoder: Callable[..., Path], make_onnx: Callable[..., bytes]
) -> None:
    pytest.importorskip("onnxruntime")
    save_encoder(tmp_path, "dlib_resnet.onnx", make_onnx())
    assert load_encoder("dlib_resnet", folder=tmp_path).spec.dimension == 8


def test_a_spec_of_ones_own_may_be_for_a_shipped_file(tmp_path: Path) -> None:
    text = shipped_weights("dlib_resnet.yaml").read_text(encoding="utf-8")
    (tmp_path / "strict.yaml").write_text(text.replace("threshold: 0.38", "threshold: 0.34"), encoding="utf-8")
    encoder = load_encoder("strict", folder=tmp_path)
    assert (encoder.spec.name, encoder.spec.threshold) == ("strict", 0.34)
    assert encoder.spec.key == load_encoder("dlib_resnet").spec.key


def test_a_fetched_file_lies_in_ones_own_folder_while_its_spec_is_shipped(own: Path) -> None:
    spec, file = encoder_paths("sface", own)
    assert spec.parent == shipped_weights()
    (own / file.name).write_bytes(b"")
    assert encoder_paths("sface", own)[1] == own / file.name
    with pytest.raises(WeightsError, match="has 0 bytes instead of 38696353; type: kiosk weights fetch sface"):
        load_encoder("sface", folder=own)


def test_a_broken_spec_is_named_and_hides_no_other(own: Path) -> None:
    (own / "one.yaml").write_text("kind: encoder\nfile: {", encoding="utf-8")
    assert "one" in encoder_names(own)
    with pytest.raises(WeightsError, match=r"one\.yaml: is no YAML"):
        load_encoder("one", folder=own)
    assert load_encoder("two", folder=own).spec.name == "two"


def test_a_folder_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    assert encoder_names(tmp_path / "gone") == encoder_names()
    assert load_encoder("dlib_resnet", folder=tmp_path / "gone").spec.name == "dlib_resnet"


# Several as one ----------------------------------------------------------------------------------------------------


def test_several_names_make_one_encoder(own: Path) -> None:
    encoder = load_encoder(["one", "wide"], folder=own)
    assert (encoder.spec.name, encoder.spec.dimension) == ("one+wide", 520)


def test_a_list_of_one_is_that_encoder(own: Path) -> None:
    alone = load_encoder(["one"], folder=own)
    assert isinstance(alone, NetworkEncoder)
    assert alone.spec == load_encoder("one", folder=own).spec


def test_a_mapping_gives_each_its_weight(own: Path) -> None:
    encoder = load_encoder({"one": 2.0, "two": 1.0}, folder=own)
    # By default one would count double too: the thresholds are 0.4 and 0.8.
    assert encoder.spec.key == load_encoder(["one", "two"], folder=own).spec.key
    assert encoder.spec.key != load_encoder({"one": 1.0, "two": 1.0}, folder=own).spec.key


@pytest.mark.parametrize("names", [["one", "one"], [], {}])
def test_no_encoder_or_one_twice_is_a_fault(own: Path, names: list[str]) -> None:
    with pytest.raises(EncoderError, match="names no encoder, or one twice"):
        load_encoder(names, folder=own)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_a_weight_that_is_none_is_a_fault(own: Path, weight: float) -> None:
    for weights in ({"one": weight}, {"one": weight, "two": 1.0}):
        with pytest.raises(EncoderError, match=r"give each encoder a number from 0\.001 to 1000"):
            load_encoder(weights, folder=own)


def test_a_fault_of_one_of_several_is_told(own: Path) -> None:
    (own / "two.onnx").unlink()
    with pytest.raises(WeightsError, match=r"two\.onnx: is not there; put the file there that its spec describes"):
        load_encoder(["one", "two"], folder=own)
    with pytest.raises(EncoderError, match="encoder 'three': is not known"):
        load_encoder(["one", "three"], folder=own)
