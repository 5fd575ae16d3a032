"""kiosk train, with a network of a few numbers."""

import json
import os
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from kiosk.cli import training
from kiosk.cli.output import answering
from kiosk.domain import CropKind
from kiosk.encoders import load_encoder
from kiosk.encoders.encoder import InputFormat, Layout
from kiosk.encoders.specs import OPENFACE, CropSection
from kiosk.errors import EncoderError, PictureError, WeightsError
from kiosk.files import asset
from kiosk.training import NetworkName
from kiosk.training import training as networks

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ARGUMENTS = ("--people", 3, "--pictures", 2, "--steps", 4, "--report-every", 2, "--held-out", 0.5)


def small():
    import keras

    images = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(4, 5, strides=4, name="conv")(images)
    return keras.Model(images, keras.layers.Dense(8, name="dense")(keras.layers.Flatten()(x)), name="small")


@pytest.fixture
def people(tmp_path):
    """Eight people with two pictures each, a wall, and 30 empty files."""
    face = Image.open(asset("demo", "grace_hopper.jpg")).convert("RGB").resize((160, 160))
    for number in range(8):
        folder = tmp_path / "people" / f"person {number}"
        folder.mkdir(parents=True)
        tinted = (np.asarray(face) * np.random.default_rng(number).uniform(0.4, 1, 3)).astype(np.uint8)
        for picture in range(2):
            Image.fromarray(tinted).save(folder / f"{picture}.png")
    Image.fromarray(np.full((90, 90, 3), 99, np.uint8)).save(folder / "a wall.png")
    for number in range(30):
        (folder / f"empty {number}.png").touch()
    return tmp_path / "people"


@pytest.fixture
def train(monkeypatch, people, tmp_path):
    """train("--json"): the command with a network of a few numbers in the place of OpenFace."""
    inputs = InputFormat(size_px=32, layout=Layout.CHANNELS_LAST, scale=1 / 255)
    recipe = replace(OPENFACE, crop=CropSection(kind=CropKind.OPENFACE), input=inputs)
    network = networks.Trainable(small, recipe)
    monkeypatch.setitem(networks.TRAINABLE, "openface", network)
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(answering(training.train))

    def run(*arguments):
        given = ("--encoder", "openface", "--data", people, "--out", "out", *ARGUMENTS, *arguments)
        return CliRunner().invoke(app, [str(argument) for argument in given])

    return run


@pytest.mark.slow
def test_a_run_reports_each_step_and_the_same_command_ends_where_it_ended(train, tmp_path):
    ran = train("--mining", "hard", "--crop", "box")
    assert ran.exit_code == 0, ran.output
    lines = ran.stderr.splitlines()
    assert {"learnt from: 4 people, 8 pictures", "held out: 4 people, 8 pictures"} <= set(lines)
    assert "faces are cut out as box" in lines
    left_out = [line for line in lines if line.startswith("left out:")]
    assert left_out[0] == "left out: person 7/a wall.png: shows no face"
    assert (len(left_out), left_out[-1]) == (21, "left out: 11 more pictures")
    for step in (2, 4):
        (line,) = [line for line in lines if line.startswith(f"step {step}:")]
        assert all(word in line for word in ("triplets a step", "cost nothing", "accuracy", "faces a second"))
    assert "openface_trained: accuracy" in ran.stdout
    assert f"`weights: {tmp_path / 'out'}` and `encoder: openface_trained`" in ran.stdout
    again = train("--mining", "hard", "--crop", "box", "--json")
    assert (again.exit_code, "step 2:" in again.stderr) == (0, False)
    result = json.loads(again.stdout)
    assert (result["spec"], result["steps"]) == ("out/openface_trained.yaml", 4)
    assert (result["people"], result["held_out"], len(result["unused"])) == (4, 4, 31)
    assert {"accuracy", "pixel_accuracy", "threshold", "triplets", "zero_loss", "faces_per_second"} <= set(result)


@pytest.mark.slow
def test_published_weights_are_trained_on_their_own_crop(train, tmp_path):
    small().save_weights(tmp_path / "small.weights.h5")
    (tmp_path / "small.weights.h5").rename(tmp_path / "published.h5")
    ran = train("--init", tmp_path / "published.h5", "--name", "mine")
    assert ran.exit_code == 0, ran.output
    assert "faces are cut out as openface" in ran.stderr.splitlines()
    (crop,) = load_encoder("mine", folder=tmp_path / "out").spec.crops
    assert crop.kind is CropKind.OPENFACE


def test_wrong_values_and_bad_data_end_before_training(train, tmp_path):
    for arguments in (
        *(("--encoder", "resnet"), ("--people", "1"), ("--pictures", "1"), ("--steps", "0"), ("--mining", "soft")),
        *(("--margin", "0"), ("--held-out", "1"), ("--learning-rate", "nan"), ("--augmentation", "-1")),
    ):
        assert train(*arguments).exit_code == 2, arguments
    for arguments, fault in (
        (("--people", 7), EncoderError),
        (("--data", tmp_path / "nowhere"), PictureError),
        (("--init", tmp_path / "nothere.h5"), WeightsError),
        (("--name", "../mine"), EncoderError),
    ):
        assert isinstance(train(*arguments).exception, fault), arguments
    assert not (tmp_path / "out" / "log.csv").exists()


def test_the_choices_of_the_command_are_those_of_the_training():
    assert get_args(NetworkName) == tuple(networks.TRAINABLE)
