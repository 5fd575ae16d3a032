"""Small networks in files, with their specs."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from kiosk.domain import Box, Chip, Crop, Face

SIZE = 16


def small_onnx(
    dimension: int = 8,
    pictures: int | str | None = "n",
    *,
    dtype: str = "FLOAT",
    inputs: int = 1,
    outputs: int = 1,
    constant: float | None = None,
    layout: str = "channels_first",
    seed: int = 1,
) -> bytes:
    """One dense layer of random weights from pictures of 16 x 16, or of one constant."""
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, getattr(onnx.TensorProto, dtype)
    numbers = np.random.default_rng(seed).normal(size=(3 * SIZE * SIZE, dimension)) / 100
    weights = (numbers if constant is None else np.full_like(numbers, constant)).astype(
        onnx.helper.tensor_dtype_to_np_dtype(kind)
    )
    shape = [pictures, *((3, SIZE, SIZE) if layout == "channels_first" else (SIZE, SIZE, 3))]
    nodes = [helper.make_node("Flatten", ["x0"], ["flat"], axis=1)]
    nodes += [helper.make_node("MatMul", ["flat", "weights"], [f"y{at}"]) for at in range(outputs)]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info(f"x{at}", kind, shape) for at in range(inputs)],
        [helper.make_tensor_value_info(f"y{at}", kind, [pictures, dimension]) for at in range(outputs)],
        [onnx.numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=9)
    return bytes(model.SerializeToString())


def write_spec(folder: Path, path: str, content: bytes, **changes: Any) -> Path:
    """The file of that name, and <its stem>.yaml for the network of small_onnx; None leaves a key out."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content)
    spec: dict[str, Any] = {
        "kind": "encoder",
        "file": path,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "licence": "CC0-1.0",
        "source": "a test",
        "input": {"size_px": SIZE, "layout": "channels_first"},
        "crop": {"kind": "box"},
        "dimension": 8,
        "threshold": 0.5,
        "margin": 0.05,
    }
    spec = {key: value for key, value in {**spec, **changes}.items() if value is not None}
    with (folder / path).with_suffix(".yaml").open("wb") as opened:
        YAML(typ="safe").dump(spec, opened)
    return (folder / path).with_suffix(".yaml")


@pytest.fixture
def make_onnx() -> Callable[..., bytes]:
    return small_onnx


@pytest.fixture
def save_encoder() -> Callable[..., Path]:
    """save_encoder(folder, "name.onnx", content, key=value): an encoder in a file beside its spec."""
    return write_spec


@pytest.fixture
def random_chip() -> Callable[..., Chip]:
    """random_chip(crop, seed): noise of the size of a crop."""

    def make(crop: Crop, seed: int = 0) -> Chip:
        image = np.random.default_rng(seed).integers(0, 256, (crop.size_px, crop.size_px, 3), np.uint8)
        return Chip(image, Face(Box(0, 0, crop.size_px, crop.size_px), score=1.0))

    return make
