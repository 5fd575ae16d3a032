import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from kiosk.encoders.runtimes import OnnxNetwork
from kiosk.errors import EncoderError, WeightsError

pytest.importorskip("onnxruntime")
BATCH = (2, 3, 16, 16)

FUZZ = """
import sys, time
import numpy as np
from kiosk.encoders.runtimes import OnnxNetwork
from kiosk.errors import EncoderError
good = open(sys.argv[1], "rb").read()
generator, faults, rounds, images = np.random.default_rng(5), 0, 0, np.ones((2, 3, 16, 16), np.float32)
while rounds < 300:
    content = bytearray(good if rounds % 2 else good[: generator.integers(len(good))])
    # Most bytes are weights: half of the damage is done to what describes them.
    for at in generator.integers(0, len(content) if rounds % 4 else min(len(content), 300), size=3):
        content[at] = generator.integers(0, 256)
    rounds += 1
    try:
        OnnxNetwork("n.onnx", bytes(content), images.shape, 8, 1).run(images)
    except EncoderError:
        faults += 1
print(rounds, faults)
"""


def noise(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(BATCH).astype(np.float32)


@pytest.mark.parametrize("pictures", ["n", None, 1, 2])
def test_each_picture_of_a_batch_has_its_own_output(
    make_onnx: Callable[..., bytes], pictures: int | str | None
) -> None:
    found = OnnxNetwork("n.onnx", make_onnx(8, pictures), BATCH, 8, threads=1).run(noise())
    weights = np.random.default_rng(1).normal(size=(768, 8)) / 100
    assert found.dtype == np.float32
    assert np.allclose(found, noise().reshape(2, 768) @ weights, atol=1e-5)


def test_several_threads_get_the_outputs_of_one(make_onnx: Callable[..., bytes]) -> None:
    network = OnnxNetwork("n.onnx", make_onnx(512), BATCH, 512, threads=2)
    expected = [network.run(noise(seed)) for seed in range(4)]
    equal: list[bool] = []

    def work(own: int) -> None:
        equal.extend(np.array_equal(network.run(noise(own)), expected[own]) for _ in range(20))

    threads = [Thread(target=work, args=(own,)) for own in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert equal == [True] * 80


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"inputs": 2}, r"takes float32 \(any, 3, 16, 16\) and float32 \(any, 3, 16, 16\) instead"),
        ({"outputs": 2}, r"gives float32 \(any, 8\) and float32 \(any, 8\) instead"),
        ({"dtype": "FLOAT16"}, r"takes float16 \(any, 3, 16, 16\)"),
        ({"dtype": "DOUBLE"}, r"takes float64 \(any, 3, 16, 16\)"),
        ({"dtype": "INT32"}, r"takes tensor\(int32\) \(any, 3, 16, 16\)"),
        ({"layout": "channels_last"}, r"takes float32 \(any, 16, 16, 3\)"),
        ({"dimension": 512}, r"gives float32 \(any, 512\) instead of float32 \(2, 8\)"),
        ({"pictures": 4}, "takes 4 pictures at a time"),
    ],
    ids=str,
)
def test_a_model_of_another_kind_is_refused(
    make_onnx: Callable[..., bytes], options: dict[str, object], reason: str
) -> None:
    with pytest.raises(WeightsError, match=rf"n\.onnx: {reason}"):
        OnnxNetwork("n.onnx", make_onnx(**options), BATCH, 8, threads=1)


@pytest.mark.parametrize("content", [b"", b"words", bytes(1000), b"\x08\x09" * 5000])
def test_bytes_that_are_no_model_are_a_fault(content: bytes) -> None:
    with pytest.raises(WeightsError, match=r"n\.onnx: is no ONNX model: .*; put the right file there"):
        OnnxNetwork("n.onnx", content, BATCH, 8, threads=1)


def test_a_batch_of_another_kind_is_a_fault_and_the_next_one_works(make_onnx: Callable[..., bytes]) -> None:
    network = OnnxNetwork("n.onnx", make_onnx(), BATCH, 8, threads=1)
    for images in (noise()[:, :, :5], noise().astype(np.float64), np.zeros((0, 3, 16, 16), np.float32)):
        with pytest.raises(EncoderError, match="ONNX Runtime failed"):
            network.run(images)
    assert np.isfinite(network.run(noise())).all()


def test_no_threads_run_no_network(make_onnx: Callable[..., bytes]) -> None:
    with pytest.raises(EncoderError, match="give 1 or more"):
        OnnxNetwork("n.onnx", make_onnx(), BATCH, 8, threads=0)


def test_without_the_extra_the_remedy_is_named(
    make_onnx: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EncoderError, match=r"n\.onnx: needs ONNX Runtime.*; type: pip install onnxruntime") as raised:
        OnnxNetwork("n.onnx", make_onnx(), BATCH, 8, threads=1)
    assert not isinstance(raised.value, WeightsError), "nothing is wrong with the file"


@pytest.mark.parametrize("place", ["weights.bin", "./weights.bin", "folder/../weights.bin", "absolute"])
def test_weights_in_another_file_are_never_read(
    make_onnx: Callable[..., bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(make_onnx())
    weights = model.graph.initializer[0]
    (tmp_path / "weights.bin").write_bytes(weights.raw_data)
    (tmp_path / "folder").mkdir()
    weights.ClearField("raw_data")
    weights.data_location = onnx.TensorProto.EXTERNAL
    place = str(tmp_path / "weights.bin") if place == "absolute" else place
    weights.external_data.add(key="location", value=place)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError, match=r"is no ONNX model: .*[Ee]xternal data path"):
        OnnxNetwork("n.onnx", model.SerializeToString(), BATCH, 8, threads=1)


def test_damaged_bytes_give_a_network_or_a_fault_and_nothing_on_the_terminal(
    make_onnx: Callable[..., bytes], tmp_path: Path
) -> None:
    (tmp_path / "good.onnx").write_bytes(make_onnx())
    ended = subprocess.run(
        [sys.executable, "-c", FUZZ, str(tmp_path / "good.onnx")], capture_output=True, text=True, check=True
    )
    rounds, faults = map(int, ended.stdout.split())
    assert 100 < faults < rounds
    assert ended.stderr == ""
