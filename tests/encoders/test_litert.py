import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from kiosk.encoders.runtimes import LiteRtNetwork, export_litert
from kiosk.errors import EncoderError, WeightsError
from kiosk.weights.manifest import manifest_entry, verified_bytes

SHAPE = (2, 150, 150, 3)


@pytest.fixture(scope="module")
def content() -> bytes:
    return verified_bytes(manifest_entry("dlib_resnet.tflite"))


def noise(seed: int) -> Any:
    return np.random.default_rng(seed).integers(0, 256, SHAPE).astype(np.float32)


def test_each_picture_of_a_batch_has_its_own_output(content: bytes) -> None:
    network, images = LiteRtNetwork("some.tflite", content, SHAPE, 128, threads=1), noise(1)
    found = network.run(images)
    assert found.shape == (2, 128)
    assert found.dtype == np.float32
    assert np.allclose(network.run(images[::-1].copy()), found[::-1], atol=1e-5)
    assert np.linalg.norm(found[0] - found[1]) > 1e-3


def test_an_output_is_not_overwritten_by_the_next(content: bytes) -> None:
    network = LiteRtNetwork("some.tflite", content, SHAPE, 128, threads=1)
    first = network.run(noise(1))
    kept = first.copy()
    network.run(noise(2))
    assert np.array_equal(first, kept)


def test_several_threads_get_the_outputs_of_one(content: bytes) -> None:
    network = LiteRtNetwork("some.tflite", content, SHAPE, 128, threads=1)
    batches = [noise(seed) for seed in range(4)]
    expected = [network.run(batch) for batch in batches]
    equal: list[bool] = []

    def work(own: int) -> None:
        equal.extend(np.array_equal(network.run(batches[own]), expected[own]) for _ in range(5))

    threads = [Thread(target=work, args=(own,)) for own in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert equal == [True] * 20


@pytest.mark.parametrize("damaged", [b"", b"words", b"\0" * 1000])
def test_bytes_that_are_no_model_are_a_fault(damaged: bytes) -> None:
    with pytest.raises(WeightsError, match=r"some\.tflite: is no LiteRT model"):
        LiteRtNetwork("some.tflite", damaged, SHAPE, 128, threads=1)


@pytest.mark.parametrize("kept", [1000, 5_000_000, -100_000])
def test_a_truncated_model_is_a_fault(content: bytes, kept: int) -> None:
    with pytest.raises(WeightsError, match="is no LiteRT model"):
        LiteRtNetwork("some.tflite", content[:kept], SHAPE, 128, threads=1)


@pytest.mark.parametrize(
    ("shape", "dimension"), [((2, 96, 96, 3), 128), ((2, 150, 150, 1), 128), ((2, 3, 150, 150), 128), (SHAPE, 512)]
)
def test_a_model_of_other_shapes_is_refused(content: bytes, shape: tuple[int, int, int, int], dimension: int) -> None:
    with pytest.raises(WeightsError, match=r"takes float32 \(any, 150, 150, 3\) instead|gives float32 \(any, 128\)"):
        LiteRtNetwork("some.tflite", content, shape, dimension, threads=1)


@pytest.mark.parametrize("threads", [0, -1])
def test_no_threads_run_no_network(content: bytes, threads: int) -> None:
    with pytest.raises(EncoderError, match="give 1 or more"):
        LiteRtNetwork("some.tflite", content, SHAPE, 128, threads)


@pytest.mark.parametrize("images", [np.zeros((3, 75, 75, 1), np.float32), np.zeros(SHAPE, np.uint8)])
def test_a_batch_of_another_kind_is_a_fault_and_the_next_one_works(content: bytes, images: Any) -> None:
    network = LiteRtNetwork("some.tflite", content, SHAPE, 128, threads=1)
    with pytest.raises(EncoderError, match="LiteRT failed: "):
        network.run(images)
    assert np.isfinite(network.run(noise(1))).all()


def test_a_batch_may_have_any_number_of_pictures(content: bytes) -> None:
    network = LiteRtNetwork("some.tflite", content, SHAPE, 128, threads=1)
    pictures = np.random.default_rng(0).uniform(0, 255, (5, *SHAPE[1:])).astype(np.float32)
    one_by_one = np.concatenate([network.run(pictures[number : number + 1]) for number in range(5)])
    np.testing.assert_allclose(network.run(pictures), one_by_one, atol=1e-4)
    assert network.run(pictures[:2]).shape == (2, 128)


def test_loading_is_silent_and_hides_nothing_else(content: bytes) -> None:
    program = (
        "import os, sys\n"
        "from kiosk.encoders import load_encoder\n"
        "load_encoder('dlib_resnet')\n"
        "os.write(2, b'INFO: afterwards\\n')\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == ""
    assert ended.stderr == "INFO: afterwards\n"


@pytest.fixture(scope="module")
def model() -> Any:
    keras = pytest.importorskip("keras")
    pytest.importorskip("tensorflow")
    keras.utils.set_random_seed(1)
    layers = keras.layers
    return keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(5)]
    )


@pytest.mark.parametrize(("half", "farthest"), [(False, 1e-6), (True, 2e-3)])
def test_an_exported_model_answers_as_the_keras_model(model: Any, tmp_path: Path, half: bool, farthest: float) -> None:
    export_litert(model, tmp_path / "small.tflite", half=half)
    network = LiteRtNetwork("small.tflite", (tmp_path / "small.tflite").read_bytes(), (3, 8, 8, 3), 5, threads=1)
    images = np.random.default_rng(2).random((3, 8, 8, 3)).astype(np.float32)
    difference = np.abs(network.run(images) - model.predict(images, verbose=0)).max()
    assert difference <= farthest
    assert half == (difference > 1e-6), "the weights are of the other precision"


@pytest.mark.parametrize("pictures", [1, 2])
def test_a_model_for_a_fixed_number_of_pictures_is_run_that_way(model: Any, tmp_path: Path, pictures: int) -> None:
    import keras

    signature = [keras.InputSpec("float32", shape=(pictures, 8, 8, 3))]
    model.export(tmp_path / "small.tflite", format="litert", verbose=False, input_signature=signature)
    images = np.random.default_rng(2).random((2, 8, 8, 3)).astype(np.float32)
    network = LiteRtNetwork("small.tflite", (tmp_path / "small.tflite").read_bytes(), (2, 8, 8, 3), 5, threads=1)
    assert network._interpreter.get_input_details()[0]["shape_signature"][0] == pictures
    assert np.allclose(network.run(images), model.predict(images, verbose=0), atol=1e-6)
