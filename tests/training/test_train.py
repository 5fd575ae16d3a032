"""From a folder of people to an encoder that loads."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.domain import Chip, Crop, CropKind
from kiosk.encoders import EXPORTED, load_encoder
from kiosk.encoders.encoder import InputFormat, Layout
from kiosk.encoders.specs import FACENET, CropSection
from kiosk.errors import EncoderError, PictureError, WeightsError
from kiosk.files import asset
from kiosk.training import training
from kiosk.training.loop import Settings, make_learner
from kiosk.training.training import PLOT, TRAINABLE, Request, Trainable, only_run, prepare, train_encoder

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
SETTINGS = Settings(people=3, pictures=2, steps=4, warm_up_steps=1, all_steps=2, report_every=2, held_out=0.5)
INPUT = InputFormat(size_px=32, layout=Layout.CHANNELS_LAST, scale=1 / 255)
RECIPE = replace(FACENET, crop=CropSection(kind=CropKind.BOX, margin=0.1), input=INPUT)


def small():
    import keras

    images = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(4, 5, strides=4, name="conv")(images)
    return keras.Model(images, keras.layers.Dense(8, name="dense")(keras.layers.Flatten()(x)), name="small")


def silent(*progress):
    """Show no progress."""


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Eight people with two pictures each: two faces in different colours."""
    folder = tmp_path_factory.mktemp("people")
    faces = [Image.open(asset("demo", name)).convert("RGB") for name in ("grace_hopper.jpg", "eileen_collins.jpg")]
    for number in range(8):
        tint = np.random.default_rng(number).uniform(0.4, 1, 3)
        (folder / f"person {number}").mkdir()
        for picture, size in enumerate((200, 160)):
            tinted = (np.asarray(faces[number % 2].resize((size, size))) * tint).astype(np.uint8)
            Image.fromarray(tinted).save(folder / f"person {number}" / f"{picture}.png")
    return folder


@pytest.fixture
def request_of(people, tmp_path):
    """request_of(...): a request that works, with changes."""

    def make(**changes):
        network = Trainable(small, RECIPE, lambda model, path: pytest.fail("no folder"))
        (tmp_path / "out").mkdir(exist_ok=True)
        return replace(Request("mine", network, people, tmp_path / "out", SETTINGS), **changes)

    return make


@pytest.mark.slow
def test_the_result_is_an_encoder_with_the_best_weights(request_of, tmp_path):
    request, rows = request_of(), []
    prepared = prepare(request, silent)
    trained = train_encoder(request, prepared, rows.append)
    assert [row.step for row in rows] == [2, 4]
    encoder = load_encoder("mine", folder=tmp_path / "out")
    (crop,) = encoder.spec.crops
    assert (encoder.spec.threshold, crop) == (trained.threshold, Crop(CropKind.DLIB_CHIP, 32))
    assert "8 pictures of 4 people" in encoder.spec.source
    assert "<svg" in (tmp_path / "out" / PLOT).read_text()
    assert 0 <= trained.accuracy <= 1
    assert 0 <= trained.pixel_accuracy <= 1
    model = small()
    model.load_weights(tmp_path / "out" / "best.weights.h5")
    image = prepared.held_out.images[0]
    outputs = np.asarray(model(RECIPE.input.prepared(np.stack([image, image[:, ::-1]])))).mean(axis=0)
    found = encoder.embed({crop: Chip(image, None)}).vector
    np.testing.assert_allclose(found, outputs / np.linalg.norm(outputs), atol=1e-4)


@pytest.mark.slow
def test_the_same_request_continues_and_another_one_is_refused(request_of, people, tmp_path, monkeypatch):
    class KilledError(Exception):
        """Stands for kill -9."""

    def kill(row):
        raise KilledError

    copy = shutil.copytree(people, tmp_path / "copy")
    start = tmp_path / "start.weights.h5"
    small().save_weights(start)
    request, rows = request_of(data=copy, init=start), []
    with pytest.raises(KilledError):
        train_encoder(request, prepare(request, silent), kill)
    start.unlink()  # the checkpoint has its weights
    trained = train_encoder(request, prepare(request, silent), rows.append)
    assert [row.step for row in rows] == [4]
    assert [row.step for row in trained.run.rows] == [2, 4]

    def in_half_precision(*given):
        learner = make_learner(*given)
        learner.precision = "half"
        return learner

    with monkeypatch.context() as patch:
        patch.setattr(training, "make_learner", in_half_precision)
        with pytest.raises(EncoderError, match=r"belongs to another run .*precision single"):
            train_encoder(request, prepare(request, silent), silent)
    (copy / "person 0" / "1.png").rename(copy / "person 0" / "2.png")
    with pytest.raises(EncoderError, match="belongs to another run"):
        train_encoder(request, prepare(request, silent), silent)


@pytest.mark.slow
def test_a_run_starts_from_the_given_weights_or_not_at_all(request_of, tmp_path):
    import keras

    start = small()
    start.save_weights(tmp_path / "start.weights.h5")
    still = replace(SETTINGS, learning_rate=1e-12, weight_decay=0.0)
    request = request_of(init=tmp_path / "start.weights.h5", settings=still)
    train_encoder(request, prepare(request, silent), silent)
    trained = small()
    trained.load_weights(tmp_path / "out" / "best.weights.h5")
    for one, other in zip(start.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(5, 5, name="conv")]).save_weights(
        tmp_path / "other.weights.h5"
    )
    (tmp_path / "new").mkdir()
    request = request_of(init=tmp_path / "other.weights.h5", out=tmp_path / "new")
    with pytest.raises(WeightsError, match="dense/kernel is missing"):
        train_encoder(request, prepare(request, silent), lambda row: pytest.fail("it trained"))


def test_weights_that_no_run_can_start_from_are_named_first(request_of, tmp_path):
    assert sorted(TRAINABLE) == sorted(EXPORTED)
    (tmp_path / "words.txt").touch()
    os.mkfifo(tmp_path / "pipe.h5")
    wanted = {"openface": "give the folder of CSV files or a .h5 file", "facenet": "give a .h5 file"}
    for name, remedy in wanted.items():
        for weights, reason in (
            ("gone.h5", "cannot be read (No such file or directory)"),
            ("words.txt", "is neither a folder nor a .h5 file"),
            ("pipe.h5", "is neither a folder nor a .h5 file"),
        ):
            with pytest.raises(WeightsError) as fault:
                TRAINABLE[name].check(tmp_path / weights)
            assert (fault.value.reason, fault.value.remedy) == (reason, remedy)
    with pytest.raises(WeightsError, match=r"is a folder; give a \.h5 file"):
        TRAINABLE["facenet"].check(tmp_path)
    given = []
    Trainable(lambda: None, RECIPE, lambda model, path: given.append(path)).load(None, tmp_path)
    assert given == [tmp_path]
    request = request_of(init=tmp_path / "gone.h5", data=tmp_path / "nowhere")
    with pytest.raises(WeightsError, match=r"gone\.h5: cannot be read"):
        prepare(request, lambda done, total: pytest.fail("it cut faces"))


def test_the_crop_is_that_of_published_weights_unless_given(request_of, tmp_path):
    for init, crop, expected in (
        (None, None, Crop(CropKind.DLIB_CHIP, 32)),
        ("best.weights.h5", None, Crop(CropKind.DLIB_CHIP, 32)),
        ("published.h5", None, RECIPE.chip),
        ("published.h5", CropKind.ARCFACE, Crop(CropKind.ARCFACE, 32)),
        (None, CropKind.BOX, RECIPE.chip),
    ):
        assert request_of(init=init and Path(init), crop=crop).full_crop == expected
    assert TRAINABLE["openface"].crop_kind(Path("csv")) is CropKind.OPENFACE


def test_too_few_people_are_named_with_what_was_left_out(request_of, people, tmp_path):
    copy = shutil.copytree(people, tmp_path / "copy")
    (copy / "person 3" / "1.png").write_bytes(b"broken")
    prepared = prepare(request_of(data=copy, settings=replace(SETTINGS, held_out=0.3)), silent)
    assert prepared.single == ("person 3",)
    assert [one.picture for one in prepared.found.unused] == ["person 3/1.png"]
    for number in range(7):
        (copy / f"person {number}" / "a.png").write_bytes(b"broken")
    (copy / "person 1" / "1.png").unlink()
    with pytest.raises(EncoderError, match=r"6 people .* fewer than the 3 of a batch") as fault:
        prepare(request_of(data=copy), silent)
    assert ", pictures that could not be used: 8 (person 0/a.png holds no " in fault.value.reason
    assert "person 5/a.png" not in fault.value.reason
    assert fault.value.reason.endswith(", people left out for want of a second picture: 2 (person 1, person 3)")
    for number in range(8):
        shutil.rmtree(copy / f"person {number}") if number else None
    with pytest.raises(EncoderError, match="of person 0 alone"):
        prepare(request_of(data=copy), silent)


def test_wrong_names_and_folders_are_named_before_training(request_of, tmp_path):
    for name in ("", "../mine", "Mine", "manifest", "a" * 300):
        with pytest.raises(EncoderError, match="is no name for a spec"):
            prepare(request_of(name=name), silent)
    with pytest.raises(PictureError, match="cannot be read"):
        prepare(request_of(data=tmp_path / "nowhere"), silent)
    (tmp_path / "file").touch()
    with pytest.raises(EncoderError, match="cannot be written"), only_run(tmp_path / "file" / "out"):
        pytest.fail("it ran")
    out = tmp_path / "new" / "out"
    with only_run(out), pytest.raises(EncoderError, match="another run is writing there"), only_run(out):
        pytest.fail("both ran")
    with only_run(out):
        assert out.is_dir()
