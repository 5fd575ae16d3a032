import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kiosk import resources
from kiosk.encoders import encoder_names, load_encoder
from kiosk.encoders.encoder import reference_chip
from kiosk.errors import EncoderError, WeightsError

ENCODE = """
from kiosk.encoders import encoder_names, load_encoder
from kiosk.encoders.encoder import reference_chip
load_encoder("dlib_resnet").encode([reference_chip(150)])
"""


@pytest.mark.parametrize("name", encoder_names())
def test_every_name_gives_an_encoder_that_encodes(name: str) -> None:
    encoder = load_encoder(name)
    assert encoder.spec.name == name
    (found,) = encoder.encode([reference_chip(encoder.spec.input_size_px)])
    assert found.encoder == name
    assert found.vector.shape == (encoder.spec.dimension,)
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-6)


def test_threads_change_no_embedding() -> None:
    one, two = (load_encoder("dlib_resnet", threads).encode([reference_chip(150)])[0].vector for threads in (1, 2))
    assert np.linalg.norm(one - two) < 1e-5


@pytest.mark.parametrize("name", ["dlib_resnett", "DLIB", "", "x" * 10_000, "../dlib_resnet", "\0"])
def test_an_unknown_name_is_answered_with_the_nearest(name: str) -> None:
    with pytest.raises(EncoderError, match="is not known; did you mean 'dlib_resnet'") as raised:
        load_encoder(name)
    assert len(str(raised.value)) < 200


def test_the_default_encoder_never_imports_tensorflow() -> None:
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", ENCODE], capture_output=True, text=True, check=True
    )
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in ended.stderr.splitlines()}
    assert "ai_edge_litert" in imported
    assert imported.isdisjoint({"tensorflow", "keras", "dlib", "cv2", "PyQt6"})


def test_an_altered_file_is_never_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in resources.weights().iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(resources, "weights", tmp_path.joinpath)
    load_encoder("dlib_resnet")
    with (tmp_path / "dlib_resnet.tflite").open("r+b") as opened:
        opened.seek(5_000_000)
        opened.write(b"\x01")
    with pytest.raises(WeightsError, match="was altered"):
        load_encoder("dlib_resnet")
