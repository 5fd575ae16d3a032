"""One encoder for all stations: loading takes as long as everything else at the door."""

import functools
from pathlib import Path

import pytest

from kiosk.config import EncoderChoice
from kiosk.door import build
from kiosk.encoders import Encoder, load_encoder
from kiosk.weights.catalogue import DEFAULT_ENCODER

_shared = functools.cache(load_encoder)


@pytest.fixture(autouse=True)
def default_encoder_is_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(choice: EncoderChoice, threads: int, folder: Path) -> Encoder:
        if choice == DEFAULT_ENCODER and not folder.exists():
            return _shared(choice, threads)
        return load_encoder(choice, threads, folder)

    monkeypatch.setattr(build, "load_encoder", load)
