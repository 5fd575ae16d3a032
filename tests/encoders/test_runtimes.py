"""The runtimes: outputs of each picture, threads, and files that are not usable."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from kiosk.encoders.runtimes import LiteRtNetwork, OnnxNetwork, without_notices
from kiosk.errors import EncoderError, WeightsError
from kiosk.weights.manifest import shipped_content

SHAPE = (2, 150, 150, 3)
ONNX_SHAPE = (2, 3, 16, 16)
NOTICES = """\
INFO: Created a delegate
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795331601.458934   25442 port.cc:153] some operations are on.
To enable the following instructions: AVX2 FMA, in other operations, rebuild it.
W0000 00:00:1795331689.489644   26131 helpers.cc:364] Ignored output_format.
E0000 00:00:1795331605.747398   25442 cuda_platform.cc:52] failed call to cuInit: UNKNOWN ERROR (303)
"""
FAULTS = """\
ERROR: a fault
E0000 00:00:1795331605.747398   25442 reader.cc:52] no such file
Indexing INFO: is no notice
WARNING: another one
half a line"""
FUZZ = """
import sys
import numpy as np
from kiosk.encoders.runtimes import OnnxNetwork
from kiosk.errors import EncoderError
good = open(sys.argv[1], "rb").read()
generator, faults, images = np.random.default_rng(5), 0, np.ones((2, 3, 16, 16), np.float32)
for round in range(300):
    content = bytearray(good if round % 2 else good[: generator.integers(len(good))])
    # Most bytes are weights: half of the damage is done to what describes them.
    for at in generator.integers(0, len(content) if round % 4 else min(len(content), 300), size=3):
        content[at] = generator.integers(0, 256)
    try:
        OnnxNetwork("n.onnx", bytes(content), images.shape, 8, 1).run(images)
    except EncoderError:
        faults += 1
print(faults)
"""


@pytest.fixture(scope="module")
def content() -> bytes:
    return shipped_content("dlib_resnet.tflite")


@pytest.fixture
def litert(content: bytes) -> LiteRtNetwork:
    return LiteRtNetwork("some.tflite", content, SHAPE, 128, threads=1)


def noise(shape: tuple[int, ...], seed: int = 0) -> Any:
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.float32)


def same_in_threads(network: Any, batches: list[Any]) -> bool:
    """Return whether several threads get the same outputs as one."""
    expected = [network.run(batch) for batch in batches]
    equal: list[bool] = []

    def work(own: int) -> None:
        equal.extend(np.array_equal(network.run(batches[own]), expected[own]) for _ in range(5))

    threads = [Thread(target=work, args=(own,)) for own in range(len(batches))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return equal == [True] * 5 * len(batches)


def test_litert_gives_each_picture_its_own_output(litert: LiteRtNetwork) -> None:
    pictures = noise((5, *SHAPE[1:]))
    found = litert.run(pictures)
    assert (found.shape, found.dtype) == ((5, 128), np.float32)
    kept = found.copy()
    one_by_one = np.concatenate([litert.run(pictures[number : number + 1]) for number in range(5)])
    np.testing.assert_allclose(found, one_by_one, atol=1e-4)
    assert np.array_equal(found, kept), "the next run overwrote the output"
    assert same_in_threads(litert, [noise(SHAPE, seed) for seed in range(4)])


def test_litert_refuses_what_it_cannot_run(litert: LiteRtNetwork, content: bytes) -> None:
    for damaged in (b"", b"words", b"\0" * 1000, content[:1000], content[:5_000_000], content[:-100_000]):
        with pytest.raises(WeightsError, match=r"some\.tflite: is no LiteRT model"):
            LiteRtNetwork("some.tflite", damaged, SHAPE, 128, threads=1)
    for shape, dimension in (((2, 96, 96, 3), 128), ((2, 3, 150, 150), 128), (SHAPE, 512)):
        with pytest.raises(WeightsError, match=r"takes float32 \(any, 150, 150, 3\)|gives float32 \(any, 128\)"):
            LiteRtNetwork("some.tflite", content, shape, dimension, threads=1)

    for images in (np.zeros((3, 75, 75, 1), np.float32), np.zeros(SHAPE, np.uint8)):
        with pytest.raises(EncoderError, match="LiteRT failed: "):
            litert.run(images)  # type: ignore[arg-type]
        assert np.isfinite(litert.run(noise(SHAPE))).all()


def test_onnx_gives_each_picture_its_own_output(make_onnx: Callable[..., bytes]) -> None:
    weights = np.random.default_rng(1).normal(size=(768, 8)) / 100
    for pictures in ("n", None, 1, 2):
        network = OnnxNetwork("n.onnx", make_onnx(8, pictures), ONNX_SHAPE, 8, threads=1)
        found = network.run(noise(ONNX_SHAPE))
        assert found.dtype == np.float32
        assert np.allclose(found, noise(ONNX_SHAPE).reshape(2, 768) @ weights, atol=1e-3), pictures


def test_onnx_refuses_a_model_with_other_ports(make_onnx: Callable[..., bytes]) -> None:
    for options, reason in (
        ({"inputs": 2}, r"takes float32 \(any, 3, 16, 16\) and float32 \(any, 3, 16, 16\) instead"),
        ({"outputs": 2}, r"gives float32 \(any, 8\) and float32 \(any, 8\) instead"),
        ({"dtype": "FLOAT16"}, r"takes float16 \(any, 3, 16, 16\)"),
        ({"dtype": "INT32"}, r"takes tensor\(int32\) \(any, 3, 16, 16\)"),
        ({"layout": "channels_last"}, r"takes float32 \(any, 16, 16, 3\)"),
        ({"dimension": 512}, r"gives float32 \(any, 512\) instead of float32 \(2, 8\)"),
        ({"pictures": 4}, "takes 4 pictures at a time; export it for one"),
    ):
        with pytest.raises(WeightsError, match=rf"n\.onnx: {reason}"):
            OnnxNetwork("n.onnx", make_onnx(**options), ONNX_SHAPE, 8, threads=1)


def test_onnx_refuses_damaged_files_and_wrong_batches(make_onnx: Callable[..., bytes]) -> None:
    for damaged in (b"", b"words", bytes(1000), b"\x08\x09" * 5000):
        with pytest.raises(WeightsError, match=r"n\.onnx: is no ONNX model: .*; put the right file there"):
            OnnxNetwork("n.onnx", damaged, ONNX_SHAPE, 8, threads=1)
    network = OnnxNetwork("n.onnx", make_onnx(), ONNX_SHAPE, 8, threads=1)
    for images in (noise(ONNX_SHAPE)[:, :, :5], noise(ONNX_SHAPE).astype(np.float64)):
        with pytest.raises(EncoderError, match="ONNX Runtime failed"):
            network.run(images)
    assert np.isfinite(network.run(noise(ONNX_SHAPE))).all()


def test_without_onnx_runtime_the_remedy_is_named(
    make_onnx: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(
        EncoderError, match=r"n\.onnx: needs ONNX Runtime.*; type: pip install 'kiosk\[onnx\]'"
    ) as raised:
        OnnxNetwork("n.onnx", make_onnx(), ONNX_SHAPE, 8, threads=1)
    assert not isinstance(raised.value, WeightsError), "nothing is wrong with the file"


def test_onnx_never_reads_weights_in_another_file(
    make_onnx: Callable[..., bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(make_onnx())
    weights = model.graph.initializer[0]
    (tmp_path / "weights.bin").write_bytes(weights.raw_data)
    (tmp_path / "folder").mkdir()
    weights.ClearField("raw_data")
    weights.data_location = onnx.TensorProto.EXTERNAL
    monkeypatch.chdir(tmp_path)
    for place in ("weights.bin", "folder/../weights.bin", str(tmp_path / "weights.bin")):
        weights.ClearField("external_data")
        weights.external_data.add(key="location", value=place)
        with pytest.raises(WeightsError, match=r"is no ONNX model: .*[Ee]xternal data path"):
            OnnxNetwork("n.onnx", model.SerializeToString(), ONNX_SHAPE, 8, threads=1)


@pytest.mark.slow
def test_damaged_onnx_files_give_a_network_or_a_fault_and_print_nothing(
    make_onnx: Callable[..., bytes], tmp_path: Path
) -> None:
    (tmp_path / "good.onnx").write_bytes(make_onnx())
    command = [sys.executable, "-c", FUZZ, str(tmp_path / "good.onnx")]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 100 < int(ended.stdout) < 300
    assert ended.stderr == ""


def test_notices_are_removed_and_everything_else_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        os.write(2, (NOTICES + FAULTS).encode())
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"), without_notices():
        fail()
    os.write(2, b"\nINFO: afterwards\n")
    assert capfd.readouterr().err == f"{FAULTS}\nINFO: afterwards\n"
