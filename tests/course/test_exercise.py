"""verify and who_is_it, the script of docs/course.md from top to bottom, and a student's own notebook."""

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.course.exercise import img_to_encoding, prepare_database, verify, who_is_it
from kiosk.encoders.facenet import facenet_model
from kiosk.encoders.openface import faceRecoModel, load_weights_from_FaceNet
from kiosk.errors import EncoderError, GalleryError, PictureError, UnknownPersonError
from kiosk.training.keras_h5 import load_h5

COURSE = Path(__file__).parents[2] / "docs" / "course.md"
WEIGHTS = Path(os.environ.get("KIOSK_COURSE_WEIGHTS") or "unset").absolute()


@pytest.fixture
def database(office: Path, openface_like) -> dict[str, np.ndarray]:
    database = prepare_database(office, openface_like)
    del database["camera_0"]
    return database


# verify -----------------------------------------------------------------------------------------------------------


def test_door_opens_for_who_they_say_they_are(
    office: Path, database, openface_like, capsys: pytest.CaptureFixture[str]
) -> None:
    distance, door_open = verify(office / "camera_0.jpg", "younes", database, openface_like)
    assert (distance, door_open) == (0, True)
    assert isinstance(door_open, bool)
    assert capsys.readouterr().out == "It's younes, welcome in!\n"


def test_door_stays_shut_for_a_stolen_card(
    office: Path, database, openface_like, capsys: pytest.CaptureFixture[str]
) -> None:
    distance, door_open = verify(office / "camera_0.jpg", "kian", database, openface_like, threshold=0.3)
    encoding = img_to_encoding(office / "camera_0.jpg", openface_like)
    assert distance == np.linalg.norm(encoding - database["kian"]) > 0.3
    assert door_open is False
    assert capsys.readouterr().out == "It's not kian, please go away\n"


def test_threshold_is_the_models_own_unless_it_is_given(office: Path, grace: Path, openface_like, encoder) -> None:
    camera = office / "camera_0.jpg"
    here = img_to_encoding(camera, openface_like)
    for distance, opens in {0.69: True, 0.71: False}.items():
        shifted = here.copy()
        shifted[0, 0] += distance
        assert verify(camera, "x", {"x": shifted}, openface_like) == (pytest.approx(distance, abs=1e-6), opens)
    there = img_to_encoding(grace, encoder)
    there[0, 0] += 1.2
    assert verify(grace, "x", {"x": there}, encoder)[1] is False
    assert verify(grace, "x", {"x": there}, encoder, threshold=1.3)[1] is True


def test_distance_at_the_threshold_opens_and_nan_does_not(office: Path, openface_like) -> None:
    camera = office / "camera_0.jpg"
    same = img_to_encoding(camera, openface_like)
    assert verify(camera, "x", {"x": same}, openface_like, threshold=0.0)[1] is True
    assert verify(camera, "x", {"x": same}, openface_like, threshold=math.nan)[1] is False
    distance, door_open = verify(camera, "x", {"x": same * np.nan}, openface_like)
    assert (math.isnan(distance), door_open) == (True, False)


def test_entries_may_be_rows_or_plain_vectors_under_any_name(office: Path, openface_like) -> None:
    camera = office / "camera_0.jpg"
    row = img_to_encoding(camera, openface_like)
    for name, entry in {7: row, ("a", "b"): row[0], "x": row.astype(np.float64)}.items():
        assert verify(camera, name, {name: entry}, openface_like) == (0, True)


@pytest.mark.parametrize(
    ("identity", "advice"),
    [
        ("Younes", "did you mean 'younes'"),
        ("kain", "did you mean 'kian'"),
        ("nobody", "it holds 'danielle', 'kian', 'younes'"),
        (None, "it holds"),
        (["kian"], "it holds"),
        ("k" * 10**5, "it holds"),
    ],
)
def test_unknown_identity_is_answered_with_near_names(office: Path, database, openface_like, identity, advice) -> None:
    with pytest.raises(UnknownPersonError, match=advice) as fault:
        verify(office / "camera_0.jpg", identity, database, openface_like)
    assert str(fault.value).startswith(repr(identity)[:8])
    assert len(str(fault.value)) < 200


def test_identity_of_a_large_database_is_not_answered_with_all_of_it(office: Path, openface_like) -> None:
    with pytest.raises(UnknownPersonError, match="and 995 more"):
        verify(office / "camera_0.jpg", "?", {str(number): np.zeros(48) for number in range(1000)}, openface_like)


# who_is_it --------------------------------------------------------------------------------------------------------


def test_nearest_person_is_named_with_the_distance(
    office: Path, database, openface_like, capsys: pytest.CaptureFixture[str]
) -> None:
    database["younes"] = database["younes"] + np.float32(0.01)
    distance, identity = who_is_it(office / "camera_0.jpg", database, openface_like)
    assert (distance, identity) == (pytest.approx(0.01 * math.sqrt(48), rel=1e-4), "younes")
    # All digits of a float32, no more.
    assert capsys.readouterr().out == f"it's younes, the distance is {np.float32(distance)!s}\n"
    assert len(str(distance)) <= 12


def test_nearest_is_returned_even_where_it_is_nobody(
    office: Path, database, openface_like, capsys: pytest.CaptureFixture[str]
) -> None:
    del database["younes"]
    found = who_is_it(office / "camera_0.jpg", database, openface_like, threshold=0.1)
    assert found[0] > 0.1
    assert found[1] in database
    assert capsys.readouterr().out == "Not in the database.\n"


def test_rule_of_the_webcam_demo_names_nobody_beyond_its_threshold(office: Path, openface_like) -> None:
    camera = office / "camera_0.jpg"
    here = img_to_encoding(camera, openface_like)
    for distance, name in {0.51: "x", 0.53: None}.items():
        shifted = here.copy()
        shifted[0, 0] += distance
        found = who_is_it(camera, {"x": shifted}, openface_like, threshold=0.52, none_if_unknown=True)
        assert found == (pytest.approx(distance, abs=1e-6), name)


def test_nan_is_never_the_nearest(office: Path, database, openface_like, capsys: pytest.CaptureFixture[str]) -> None:
    database = {"first": database["kian"] * np.nan, **database}
    assert who_is_it(office / "camera_0.jpg", database, openface_like) == (0, "younes")
    capsys.readouterr()
    distance, identity = who_is_it(
        office / "camera_0.jpg", {"x": database["first"]}, openface_like, none_if_unknown=True
    )
    assert (math.isnan(distance), identity) == (True, None)
    assert capsys.readouterr().out == "Not in the database.\n"


# Both -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("database", "reason"), [({}, "is empty"), (None, "is no dictionary"), ([], "is no dictionary")]
)
def test_database_without_people_is_an_error(office: Path, openface_like, database, reason: str) -> None:
    with pytest.raises(GalleryError, match=reason):
        verify(office / "camera_0.jpg", "younes", database, openface_like)
    with pytest.raises(GalleryError, match=reason):
        who_is_it(office / "camera_0.jpg", database, openface_like)


@pytest.mark.parametrize("entry", [np.zeros((1, 128)), np.zeros((2, 48)), None, "48", np.zeros(48, np.uint8)])
def test_database_of_another_model_is_an_error(office: Path, openface_like, entry) -> None:
    with pytest.raises(EncoderError, match=r"the encoding of 'x': holds .*make the database with the same model"):
        verify(office / "camera_0.jpg", "x", {"x": entry}, openface_like)
    with pytest.raises(EncoderError, match="the encoding of 'x'"):
        who_is_it(office / "camera_0.jpg", {"x": entry}, openface_like)


def test_picture_that_is_not_there_is_an_error(tmp_path: Path, database, openface_like) -> None:
    with pytest.raises(PictureError, match="cannot be read"):
        verify(tmp_path / "nobody.jpg", "younes", database, openface_like)
    with pytest.raises(PictureError, match="is no path"):
        who_is_it(None, database, openface_like)


# The exercise -----------------------------------------------------------------------------------------------------


@pytest.fixture
def exercise_folder(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of the exercise: its pictures are in images/."""
    (tmp_path / "images").symlink_to(data / "office", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def channels_first() -> Iterator[None]:
    """What the first cell of the older exercise says to Keras."""
    from keras import backend

    before = backend.image_data_format()
    backend.set_image_data_format("channels_first")
    yield
    backend.set_image_data_format(before)


def _script(section: str) -> tuple[str, str]:
    """Return the program of a section of docs/course.md, and what it prints."""
    text = COURSE.read_text(encoding="utf-8").split(f"## {section}\n")[1].split("\n## ")[0]
    program, printed = re.findall(r"```(?:python|text)\n(.*?)```", text, re.DOTALL)
    return program, printed


def _words_and_numbers(text: str) -> tuple[list[str], list[float]]:
    number = r"\d+\.\d+"
    return re.split(number, text), [float(found) for found in re.findall(number, text)]


@pytest.mark.usefixtures("exercise_folder")
def test_script_of_the_document_prints_what_the_document_says(capsys: pytest.CaptureFixture[str]) -> None:
    program, printed = _script("The exercise from top to bottom")
    exec(compile(program, "course.md", "exec"), {"__name__": "__main__"})  # noqa: S102 - our own document
    words, numbers = _words_and_numbers(capsys.readouterr().out)
    wanted_words, wanted_numbers = _words_and_numbers(printed)
    assert words == wanted_words
    assert numbers == pytest.approx(wanted_numbers, rel=2e-3)


# A student's cells: their own functions, our network and img_to_encoding.
NOTEBOOK = """
import numpy as np
import tensorflow as tf
from kiosk import img_to_encoding
from kiosk.encoders.openface import faceRecoModel, load_weights_from_FaceNet

FRmodel = faceRecoModel(input_shape=(3, 96, 96))
total = FRmodel.count_params()

def triplet_loss(y_true, y_pred, alpha=0.2):
    a, p, n = y_pred[0], y_pred[1], y_pred[2]
    near = tf.reduce_sum(tf.square(a - p), axis=-1)
    far = tf.reduce_sum(tf.square(a - n), axis=-1)
    return tf.reduce_sum(tf.maximum(near - far + alpha, 0.0))

FRmodel.compile(optimizer="adam", loss=triplet_loss, metrics=["accuracy"])

database = {}
for name in ("danielle.png", "younes.jpg", "kian.jpg"):
    database[name.split(".")[0]] = img_to_encoding("images/" + name, FRmodel)

def verify(image_path, identity, database, model):
    dist = np.linalg.norm(img_to_encoding(image_path, model) - database[identity])
    return dist, bool(dist < 0.7)

def who_is_it(image_path, database, model):
    encoding, min_dist = img_to_encoding(image_path, model), 100
    for name, db_enc in database.items():
        dist = np.linalg.norm(encoding - db_enc)
        if dist < min_dist:
            min_dist, identity = dist, name
    return min_dist, identity

same = verify("images/younes.jpg", "younes", database, FRmodel)
nearest = who_is_it("images/kian.jpg", database, FRmodel)
"""


@pytest.mark.usefixtures("channels_first")
def test_notebook_of_a_student_runs_on_our_network(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(office.parent)
    office.rename("images")
    cells: dict[str, Any] = {}
    exec(NOTEBOOK, cells)  # noqa: S102 - the text above
    assert cells["total"] == 3_743_280
    assert {entry.shape for entry in cells["database"].values()} == {(1, 128)}
    assert cells["same"] == (0, True)
    assert cells["nearest"] == (0, "kian")
    # Our functions take the student's database and compiled model as they are.
    assert verify("images/younes.jpg", "younes", cells["database"], cells["FRmodel"]) == (0, True)
    assert who_is_it("images/kian.jpg", cells["database"], cells["FRmodel"]) == (0, "kian")


# What the exercise prints with its own weights: those of OpenFace as CSV files, FaceNet's as one .h5 file.
PRINTED = {"*.csv": (0.65939283, 0.86224014), "*.h5": (0.5992949, 1.0259346)}


def _course_model(folder: Path, pattern: str) -> Any:
    if pattern == "*.csv":
        model = faceRecoModel()
        load_weights_from_FaceNet(model, folder)
    else:
        model = facenet_model()
        load_h5(model, next(iter(sorted(folder.glob(pattern)))))
    return model


@pytest.mark.usefixtures("exercise_folder")
@pytest.mark.parametrize("pattern", PRINTED)
def test_distances_are_those_that_the_exercise_prints(pattern: str) -> None:
    if not any(WEIGHTS.glob(pattern)):
        pytest.skip(f"no {pattern}: set KIOSK_COURSE_WEIGHTS to a folder with the weights of the course's exercise")
    model = _course_model(WEIGHTS, pattern)
    portraits = [path for path in Path("images").iterdir() if not path.stem.startswith("camera")]
    database = {path.stem: img_to_encoding(path, model) for path in portraits}
    assert len(database) == 12
    younes, stolen = PRINTED[pattern]
    assert verify("images/camera_0.jpg", "younes", database, model) == (pytest.approx(younes, abs=1e-4), True)
    assert verify("images/camera_2.jpg", "kian", database, model) == (pytest.approx(stolen, abs=1e-4), False)
    assert who_is_it("images/camera_0.jpg", database, model) == (pytest.approx(younes, abs=1e-4), "younes")
    assert who_is_it("images/younes.jpg", database, model) == (pytest.approx(0, abs=1e-4), "younes")
