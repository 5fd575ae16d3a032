import json
import os
from dataclasses import replace

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from kiosk.cli import training
from kiosk.cli.output import answering
from kiosk.domain import Crop, CropKind
from kiosk.encoders import load_encoder
from kiosk.encoders.encoder import InputFormat
from kiosk.encoders.recipes import OPENFACE
from kiosk.errors import EncoderError, PictureError, WeightsError
from kiosk.files import asset
from kiosk.training import networks

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ARGUMENTS = ("--people", 3, "--pictures", 2, "--steps", 4, "--report-every", 2, "--held-out", 0.5)


def small():
    import keras

    images = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(4, 5, strides=4, name="conv")(images)
    return keras.Model(images, keras.layers.Dense(8, name="dense")(keras.layers.Flatten()(x)), name="small")


@pytest.fixture
def people(tmp_path):
    """Eight people with two pictures each, and a wall."""
    face = Image.open(asset("demo", "grace_hopper.jpg")).convert("RGB").resize((160, 160))
    for number in range(8):
        folder = tmp_path / "people" / f"person {number}"
        folder.mkdir(parents=True)
        tinted = (np.asarray(face) * np.random.default_rng(number).uniform(0.4, 1, 3)).astype(np.uint8)
        for picture in range(2):
            Image.fromarray(tinted).save(folder / f"{picture}.png")
    Image.fromarray(np.full((90, 90, 3), 99, np.uint8)).save(folder / "wall.png")
    return tmp_path / "people"


@pytest.fixture
def train(monkeypatch, people, tmp_path):
    """train("--json"): the command with a network of a few numbers in the place of OpenFace."""
    recipe = replace(OPENFACE, crop=Crop(CropKind.OPENFACE, 32), inputs=InputFormat(scale=(1 / 255,) * 3))
    network = networks.Trainable(small, recipe)
    monkeypatch.setitem(networks.TRAINABLE, "openface", network)
    app = typer.Typer()
    app.command()(answering(training.train))

    def run(*arguments):
        given = ("--encoder", "openface", "--data", people, "--out", tmp_path / "out", *ARGUMENTS, *arguments)
        return CliRunner().invoke(app, [str(argument) for argument in given])

    return run


def test_a_run_reports_each_step_and_says_how_to_use_the_result(train, tmp_path):
    ran = train()
    assert ran.exit_code == 0, ran.output
    assert "learnt from: 4 people, 8 pictures" in ran.stderr
    assert "held out: 4 people, 8 pictures" in ran.stderr
    for step in (2, 4):
        (line,) = [line for line in ran.stderr.splitlines() if line.startswith(f"step {step}:")]
        assert all(word in line for word in ("triplets a step", "cost nothing", "accuracy", "faces a second"))
    assert "openface_trained: accuracy" in ran.stdout
    assert f"`weights: {tmp_path / 'out'}` and `encoder: openface_trained`" in ran.stdout
    assert (tmp_path / "out" / "openface_trained.yaml").is_file()


def test_the_folder_to_use_is_told_in_full(train, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert f"`weights: {tmp_path / 'run'}`" in train("--out", "run").stdout


@pytest.mark.parametrize(
    ("given", "kind"), [((), "openface"), (("--crop", "box"), "box")], ids=["none given", "one given"]
)
def test_published_weights_are_trained_on_their_own_crop_unless_another_is_given(train, tmp_path, given, kind):
    small().save_weights(tmp_path / "small.weights.h5")
    (tmp_path / "small.weights.h5").rename(tmp_path / "published.h5")
    ran = train("--init", tmp_path / "published.h5", *given)
    assert ran.exit_code == 0, ran.output
    assert f"faces are cut out as {kind}" in ran.stderr.splitlines()
    (crop,) = load_encoder("openface_trained", folder=tmp_path / "out").spec.crops
    assert crop.kind is CropKind(kind)


def test_pictures_left_out_are_named_with_their_reason(train):
    assert "left out: person 7/wall.png: shows no face" in train().stderr.splitlines()


def test_of_very_many_pictures_left_out_some_are_named_and_the_rest_is_counted(train, people):
    for number in range(30):
        (people / "person 7" / f"empty {number}.png").touch()
    lines = [line for line in train().stderr.splitlines() if line.startswith("left out:")]
    assert len(lines) == 21
    assert lines[-1] == "left out: 11 more pictures"


def test_programs_read_one_line_of_json(train, tmp_path):
    ran = train("--json", "--name", "mine", "--mining", "hard")
    result = json.loads(ran.stdout)
    assert result["spec"] == str(tmp_path / "out" / "mine.yaml")
    assert (result["steps"], result["people"], result["held_out"]) == (4, 4, 4)
    assert result["unused"] == [{"picture": "person 7/wall.png", "reason": "shows no face"}]
    assert {"accuracy", "pixel_accuracy", "threshold", "triplets", "zero_loss", "faces_per_second"} <= set(result)


def test_the_same_command_goes_on_and_ends_where_it_ended(train):
    train("--json")
    again = train("--json")
    assert again.exit_code == 0, again.output
    assert "step 2:" not in again.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--encoder", "resnet"),
        ("--people", "1"),
        ("--pictures", "1"),
        ("--steps", "0"),
        ("--mining", "soft"),
        ("--margin", "0"),
        ("--held-out", "1"),
        ("--learning-rate", "nan"),
        ("--augmentation", "-1"),
    ],
)
def test_values_that_make_no_run_are_wrong_usage(train, arguments):
    assert train(*arguments).exit_code == 2


def test_bad_data_is_a_fault_before_training(train, tmp_path):
    assert isinstance(train("--people", 7).exception, EncoderError)
    assert isinstance(train("--data", tmp_path / "nowhere").exception, PictureError)
    assert isinstance(train("--init", tmp_path / "nothere.h5").exception, WeightsError)
    assert not (tmp_path / "out" / "log.csv").exists()


def test_a_name_that_no_spec_can_have_is_a_fault_before_training(train, tmp_path):
    ran = train("--name", "../mine")
    assert isinstance(ran.exception, EncoderError)
    assert not (tmp_path / "out" / "log.csv").exists()


def test_every_network_that_can_be_trained_has_a_name():
    assert sorted(training.NetworkName) == sorted(networks.TRAINABLE)


def test_the_choices_of_mining_are_those_of_the_loss():
    from kiosk.training.triplet import Mining

    assert [(each.name, each.value) for each in training.MiningName] == [(e.name, e.value) for e in Mining]
