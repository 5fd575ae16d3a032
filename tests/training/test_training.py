import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from kiosk.domain import Chip, Crop, CropKind
from kiosk.encoders import load_encoder
from kiosk.encoders.encoder import InputFormat
from kiosk.encoders.recipes import FACENET
from kiosk.errors import EncoderError, PictureError, WeightsError
from kiosk.files import asset
from kiosk.training import training
from kiosk.training.loop import make_learner
from kiosk.training.networks import TRAINABLE, Trainable
from kiosk.training.settings import Settings
from kiosk.training.training import PLOT, Request, only_run, prepare, train_encoder

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

SETTINGS = Settings(people=3, pictures=2, steps=4, warm_up_steps=1, all_steps=2, report_every=2, held_out=0.5)
RECIPE = replace(FACENET, crop=Crop(CropKind.BOX, 32, 0.1), inputs=InputFormat(scale=(1 / 255,) * 3))


def small():
    import keras

    images = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(4, 5, strides=4, name="conv")(images)
    return keras.Model(images, keras.layers.Dense(8, name="dense")(keras.layers.Flatten()(x)), name="small")


def silent(*progress):
    """Where nobody watches."""


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Eight people with two pictures each: two faces in other colours."""
    folder = tmp_path_factory.mktemp("people")
    faces = [Image.open(asset("demo", name)).convert("RGB") for name in ("grace_hopper.jpg", "eileen_collins.jpg")]
    for number in range(8):
        tint = np.random.default_rng(number).uniform(0.4, 1, 3)
        (folder / f"person {number}").mkdir()
        for picture in range(2):
            face = faces[number % 2].resize((160, 160)) if picture else faces[number % 2].resize((200, 200))
            tinted = (np.asarray(face) * tint).astype(np.uint8)
            Image.fromarray(tinted).save(folder / f"person {number}" / f"{picture}.png")
    return folder


@pytest.fixture
def request_of(people, tmp_path):
    """request_of(...): a request that works, with something changed."""

    def make(**changes):
        network = Trainable(small, RECIPE, lambda model, path: pytest.fail("no folder"))
        (tmp_path / "out").mkdir(exist_ok=True)
        return replace(Request("mine", network, people, tmp_path / "out", SETTINGS), **changes)

    return make


def test_the_result_is_an_encoder_that_loads_at_once(request_of, tmp_path):
    request = request_of()
    rows = []
    trained = train_encoder(request, prepare(request, silent), rows.append)
    assert [row.step for row in rows] == [2, 4]
    encoder = load_encoder("mine", folder=tmp_path / "out")
    assert encoder.spec.threshold == trained.threshold
    assert (encoder.spec.dimension, encoder.spec.crops) == (8, (Crop(CropKind.DLIB_CHIP, 32),))
    assert "8 pictures of 4 people" in encoder.spec.source
    assert encoder.spec.golden is not None
    assert "<svg" in (tmp_path / "out" / PLOT).read_text()
    assert 0 <= trained.accuracy <= 1
    assert 0 <= trained.pixel_accuracy <= 1


def test_the_encoder_gives_what_the_best_weights_give(request_of, tmp_path):
    request = request_of()
    prepared = prepare(request, silent)
    train_encoder(request, prepared, silent)
    model = small()
    model.load_weights(tmp_path / "out" / "best.weights.h5")
    image = prepared.held_out.images[0]
    outputs = np.asarray(model(RECIPE.inputs.prepared(np.stack([image, image[:, ::-1]])))).mean(axis=0)
    encoder = load_encoder("mine", folder=tmp_path / "out")
    (crop,) = encoder.spec.crops
    found = encoder.embed({crop: Chip(image, None)}).vector
    np.testing.assert_allclose(found, outputs / np.linalg.norm(outputs), atol=1e-4)


def test_the_same_request_goes_on_where_it_was_stopped(request_of):
    request = request_of()

    class KilledError(Exception):
        """Stands for kill -9."""

    def kill(row):
        raise KilledError

    with pytest.raises(KilledError):
        train_encoder(request, prepare(request, silent), kill)
    rows = []
    trained = train_encoder(request, prepare(request, silent), rows.append)
    assert [row.step for row in rows] == [4]
    assert [row.step for row in trained.run.rows] == [2, 4]


def test_other_pictures_are_another_run(request_of, people, tmp_path):
    copy = shutil.copytree(people, tmp_path / "copy")
    request = request_of(data=copy)
    train_encoder(request, prepare(request, silent), silent)
    (copy / "person 0" / "1.png").rename(copy / "person 0" / "2.png")
    with pytest.raises(EncoderError, match="belongs to another run"):
        train_encoder(request, prepare(request, silent), silent)


def test_a_run_starts_from_the_weights_given(request_of, tmp_path):
    start = small()
    start.save_weights(tmp_path / "start.weights.h5")
    still = replace(SETTINGS, learning_rate=1e-12, weight_decay=0.0)
    request = request_of(init=tmp_path / "start.weights.h5", settings=still)
    train_encoder(request, prepare(request, silent), silent)
    trained = small()
    trained.load_weights(tmp_path / "out" / "best.weights.h5")
    for one, other in zip(start.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_a_run_goes_on_though_the_weights_it_started_from_are_gone(request_of, tmp_path):
    start = tmp_path / "start.weights.h5"
    small().save_weights(start)
    request = request_of(init=start)
    train_encoder(request, prepare(request, silent), silent)
    start.unlink()
    trained = train_encoder(request, prepare(request, silent), silent)
    assert [row.step for row in trained.run.rows] == [2, 4]


def test_a_checkpoint_of_the_other_precision_is_another_run(request_of, tmp_path, monkeypatch):
    request = request_of()
    train_encoder(request, prepare(request, silent), silent)
    monkeypatch.setattr(training, "make_learner", in_half_precision)
    with pytest.raises(EncoderError, match=r"belongs to another run .*precision single"):
        train_encoder(request, prepare(request, silent), silent)


def in_half_precision(*given):
    learner = make_learner(*given)
    learner.precision = "half"
    return learner


def test_weights_of_another_network_end_it_before_training(request_of, tmp_path):
    import keras

    images = keras.Input((32, 32, 3))
    other = keras.Model(images, keras.layers.Conv2D(5, 5, name="conv")(images))
    other.save_weights(tmp_path / "other.weights.h5")
    request = request_of(init=tmp_path / "other.weights.h5")
    with pytest.raises(WeightsError, match="dense/kernel is missing"):
        train_encoder(request, prepare(request, silent), lambda row: pytest.fail("it trained"))


def test_the_crop_of_published_weights_has_their_margin(request_of):
    assert request_of(crop=CropKind.BOX).full_crop == RECIPE.crop
    openface = request_of(network=TRAINABLE["openface"], crop=CropKind.OPENFACE)
    assert openface.full_crop == Crop(CropKind.OPENFACE, 96)


@pytest.mark.parametrize(
    ("init", "crop", "cut"),
    [
        (None, None, Crop(CropKind.DLIB_CHIP, 32)),
        ("best.weights.h5", None, Crop(CropKind.DLIB_CHIP, 32)),
        ("published.h5", None, RECIPE.crop),
        ("published.h5", CropKind.ARCFACE, Crop(CropKind.ARCFACE, 32)),
    ],
)
def test_faces_are_cut_out_as_the_weights_want_them_unless_told_otherwise(request_of, tmp_path, init, crop, cut):
    assert request_of(init=init and tmp_path / init, crop=crop).full_crop == cut


def test_weights_that_are_not_there_end_it_before_faces_are_cut(request_of, tmp_path):
    request = request_of(init=tmp_path / "nothere.h5", data=tmp_path / "nowhere")
    with pytest.raises(
        WeightsError, match=r"nothere\.h5: cannot be read .*; give the folder of CSV files or a \.h5 file"
    ):
        prepare(request, lambda done, total: pytest.fail("it cut faces"))


def test_people_with_one_usable_picture_are_named(request_of, people, tmp_path):
    copy = shutil.copytree(people, tmp_path / "copy")
    (copy / "person 3" / "1.png").write_bytes(b"broken")
    prepared = prepare(request_of(data=copy, settings=replace(SETTINGS, held_out=0.3)), silent)
    assert prepared.single == ("person 3",)
    assert [one.picture for one in prepared.found.unused] == ["person 3/1.png"]


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda folder: [shutil.rmtree(folder / f"person {n}") for n in range(1, 8)], "of person 0 alone"),
        (lambda folder: [(folder / f"person {n}" / "1.png").unlink() for n in range(8)], "one usable picture"),
        (lambda folder: [shutil.rmtree(folder / f"person {n}") for n in range(2, 8)], "fewer than the 3 of a batch"),
    ],
    ids=["one person", "one picture each", "too few people"],
)
def test_people_who_teach_nothing_are_named_before_training(request_of, people, tmp_path, spoil, fault):
    copy = shutil.copytree(people, tmp_path / "copy")
    spoil(copy)
    with pytest.raises(EncoderError, match=fault):
        prepare(request_of(data=copy), silent)


def test_too_few_people_are_named_with_what_was_left_out(request_of, people, tmp_path):
    copy = shutil.copytree(people, tmp_path / "copy")
    for number in range(7):
        (copy / f"person {number}" / "a.png").write_bytes(b"broken")
    for number in (1, 2):
        (copy / f"person {number}" / "1.png").unlink()
    with pytest.raises(EncoderError, match=r"6 people .* fewer than the 3 of a batch") as fault:
        prepare(request_of(data=copy), silent)
    assert ", pictures that could not be used: 7 (person 0/a.png holds no " in fault.value.reason
    assert "person 4/a.png" in fault.value.reason
    assert "person 5/a.png" not in fault.value.reason
    assert fault.value.reason.endswith(", people left out for want of a second picture: 2 (person 1, person 2)")


def test_somebody_without_a_face_is_named_however_many_pictures_of_others_are_bad(request_of, people, tmp_path):
    for number in range(2):
        shutil.copytree(people / f"person {number}", tmp_path / "two" / f"person {number}")
    for number in range(9):
        (tmp_path / "two" / "person 0" / f"bad {number}.png").touch()
    for picture in (tmp_path / "two" / "person 1").iterdir():
        Image.fromarray(np.full((150, 150, 3), 99, np.uint8)).save(picture)
    with pytest.raises(EncoderError, match="of person 0 alone") as fault:
        prepare(request_of(data=tmp_path / "two"), silent)
    assert "could not be used: 11 (" in fault.value.reason
    assert "person 1/0.png shows no face, ...)" in fault.value.reason


def test_good_pictures_of_too_few_people_have_nothing_to_add(request_of, people):
    with pytest.raises(EncoderError, match=r"leaves fewer than the 7 of a batch; "):
        prepare(request_of(data=people, settings=replace(SETTINGS, people=7)), silent)


def test_a_missing_folder_is_named_before_training(request_of, tmp_path):
    with pytest.raises(PictureError, match="cannot be read"):
        prepare(request_of(data=tmp_path / "nowhere"), silent)


@pytest.mark.parametrize("name", ["", "../mine", "Mine", "manifest", "a" * 300])
def test_a_name_that_no_spec_can_have_is_named_before_training(request_of, name):
    with pytest.raises(EncoderError, match="is no name for a spec"):
        prepare(request_of(name=name), silent)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(EncoderError, match="cannot be written"), only_run(tmp_path / "file" / "out"):
        pytest.fail("it ran")


def test_two_runs_never_share_a_folder_and_a_later_one_may_have_it(tmp_path):
    out = tmp_path / "new" / "out"
    with only_run(out), pytest.raises(EncoderError, match="another run is writing there"), only_run(out):
        pytest.fail("both ran")
    with only_run(out):
        assert out.is_dir()
