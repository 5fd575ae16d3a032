"""The spec file of an encoder."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from kiosk.domain import Crop, CropKind
from kiosk.encoders.encoder import Averaging, Colour, InputFormat, Layout
from kiosk.encoders.runtimes import described, read_encoder_spec
from kiosk.encoders.specs import SpecFile, statistics_text
from kiosk.encoders.statistics import Statistics
from kiosk.errors import WeightsError
from kiosk.weights.specs import read_spec, spec_text

INPUT = {"size_px": 16, "layout": "channels_last"}
IMPOSTOR = {"pairs": 1000, "rates": [0.01, 0.1, 1], "distances": [0.5, 0.6, 1.2]}
GENUINE = {"pairs": 200, "rates": [0.05, 0.5, 1], "distances": [0.7, 0.3, 0.1]}
STATISTICS = {"source": "a test", "people": 40, "impostor": IMPOSTOR, "genuine": GENUINE}


@pytest.fixture
def read(save_encoder: Callable[..., Path], tmp_path: Path) -> Callable[..., SpecFile]:
    return lambda **changes: read_encoder_spec(save_encoder(tmp_path, "small.onnx", b"network", **changes))


def test_every_input_format_can_be_described(read: Callable[..., SpecFile]) -> None:
    spec = read(
        input={
            "size_px": 112, "layout": "channels_first", "colour": "bgr", "mean": [1, 2.5, 3], "scale": 0.0078125,
        },
        crop={"kind": "box", "margin": 0.25},
        mirror=False,
        dimension=512,
        parameters=10,
        golden={"picture": "other.png", "values": [0, 0.5, -0.5, 1e-3]},
    )  # fmt: skip
    form = {"layout": Layout.CHANNELS_FIRST, "colour": Colour.BGR, "mean": (1, 2.5, 3), "scale": 0.0078125}
    assert spec.input == InputFormat(size_px=112, **form)
    assert spec.chip == Crop(CropKind.BOX, 112, 0.25)
    assert spec.golden is not None
    assert spec.golden.values == (0, 0.5, -0.5, 0.001)


def test_a_spec_written_is_the_spec_read(read: Callable[..., SpecFile], tmp_path: Path) -> None:
    for changes in (
        {"input": {**INPUT, "standardise": True}},
        {"input": {**INPUT, "mean": [1 / 3, 2, 3], "scale": 1 / 255}, "golden": {"values": [1 / 3] * 8}},
        {"statistics": STATISTICS},
    ):
        spec = read(**changes)
        (tmp_path / "again.yaml").write_bytes(spec_text(spec, "encoder"))
        assert read_spec(tmp_path / "again.yaml", SpecFile, "encoder") == spec


def test_statistics_printed_are_statistics_read(read: Callable[..., SpecFile]) -> None:
    random = np.random.default_rng(0)
    measured = Statistics.of(random.normal(0.5, 0.1, 10_000), random.normal(1, 0.1, 10**6), "normal numbers", 1500)
    text = statistics_text(measured)
    assert max(map(len, text.splitlines())) <= 112
    assert described("small", read(**YAML(typ="safe").load(text))).statistics == measured


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"file": "../small.onnx"}, "file: "),
    ({"file": "small.h5"}, "file: "),
    ({"size": 1 << 40}, "size: "),
    ({"sha256": "0" * 63}, "sha256: "),
    ({"source": None}, "source: is missing"),
    ({"input": {**INPUT, "layout": "nchw"}}, "input.layout: 'channels_last' or 'channels_first' was expected"),
    ({"input": {**INPUT, "mean": [1, 2]}}, "input.mean"),
    ({"input": {**INPUT, "scale": 0}}, "input.scale"),
    ({"input": {**INPUT, "standardise": True, "mean": 1}}, "input: standardise excludes mean and scale"),
    ({"crop": {"kind": "square"}}, "crop.kind: 'dlib_chip', 'arcface', 'openface' or 'box' was expected"),
    ({"crop": {"kind": "arcface", "margin": 0.1}}, "crop: only the crop box has a margin"),
    ({"golden": {"values": [0.1] * 9}}, "it: golden has 9 values, only 8 come out"),
    ({"golden": {"values": [0.1] * 4, "picture": "../secret.png"}}, "golden.picture: "),
    ({"statistics": {**STATISTICS, "impostor": deepcopy(GENUINE)}}, "statistics: the distances of impostor must rise"),
    ({"statistics": {**STATISTICS, "genuine": deepcopy(IMPOSTOR)}}, "statistics: the distances of genuine must fall"),
    (
        {"statistics": {**STATISTICS, "impostor": {**IMPOSTOR, "rates": [0.0001, 0.1, 1]}}},
        "statistics.impostor: no pair of 1000 stands behind the rate 0.0001",
    ),
    ({"pooling": {"scatter": 0.1, "share": 1.5}}, "pooling.share: "),
    ({"threshhold": 0.4}, "threshhold: is not known"),
]


def test_each_fault_is_named_with_its_key(read: Callable[..., SpecFile], tmp_path: Path) -> None:
    for changes, reason in FAULTS:
        with pytest.raises(WeightsError) as raised:
            read(**changes)
        assert str(raised.value).startswith(f"{tmp_path / 'small.yaml'}: ")
        assert raised.value.reason.startswith(reason), (changes, raised.value.reason)
        assert raised.value.remedy == "compare it with weights/dlib_resnet.yaml"


def test_averaging_is_measured_or_typical(read: Callable[..., SpecFile]) -> None:
    typical = described("small", read(threshold=0.5)).averaging
    assert (typical.scatter, typical.share) == (pytest.approx(0.0775), 0.6)
    spec = read(pooling={"scatter": 0.04, "share": 0.5})
    assert described("small", spec).averaging == Averaging(scatter=0.04, share=0.5)
    assert described("small", spec).key == described("small", read()).key
