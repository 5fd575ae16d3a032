"""verify and who_is_it, the script of docs/course.md from top to bottom, and a student's own notebook."""

import math
import os
import re
import shutil
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


# verify and who_is_it ---------------------------------------------------------------------------------------------


class Means:
    """A model with the input of FaceNet whose output are the means of 32 x 32 px, without Keras."""

    input_shape = (None, 160, 160, 3)

    def predict_on_batch(self, images: np.ndarray) -> np.ndarray:
        return images.reshape(-1, 5, 32, 5, 32, 3).mean(axis=(2, 4)).reshape(len(images), -1).astype(np.float32)


MODEL = Means()
Printed = pytest.CaptureFixture[str]


@pytest.fixture
def camera(office: Path) -> Path:
    return office / "camera_0.jpg"


@pytest.fixture
def database(office: Path) -> dict[str, np.ndarray]:
    database = prepare_database(office, MODEL)
    del database["camera_0"]
    return database


def shifted(camera: Path, distance: float) -> np.ndarray:
    entry = img_to_encoding(camera, MODEL).copy()
    entry[0, 0] += distance
    return entry


def test_folder_is_one_person_at_the_mean_direction_of_its_pictures(office: Path) -> None:
    home = office / "Ada Lovelace"
    home.mkdir()
    for name in ("kian.jpg", "younes.jpg"):
        (office / name).rename(home / name)
    ada = prepare_database(office, MODEL)["Ada Lovelace"]
    mean = sum(img_to_encoding(path, MODEL) for path in home.iterdir())
    assert (ada.shape, ada.dtype) == ((1, 75), np.float32)
    np.testing.assert_allclose(ada, mean / np.linalg.norm(mean), rtol=1e-5)


def test_a_picture_that_is_not_usable_is_left_out_with_a_warning(
    tmp_path: Path, encoder, grace: Path, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "images").mkdir()
    monkeypatch.chdir(tmp_path)
    tmp_path = tmp_path / "images"
    shutil.copy(grace, tmp_path / "grace.jpg")
    shutil.copy(office / "kian.jpg", tmp_path / "nobody.jpg")
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n")
    (tmp_path / "notes.txt").write_text("no picture")
    for name in ("#recycle", ".ipynb_checkpoints", "@eaDir"):
        (tmp_path / name).mkdir()
        shutil.copy(grace, tmp_path / name / "grace.jpg")
    with pytest.warns(UserWarning, match="left out of the database") as warned:
        database = prepare_database()  # from images/, with the default encoder
    assert list(database) == ["grace"]
    np.testing.assert_array_equal(database["grace"], img_to_encoding(grace, encoder))
    told = sorted(str(warning.message).rpartition("/images/")[2] for warning in warned)
    assert [text.partition(":")[0] for text in told] == ["nobody.jpg", "notes.txt", "torn.png"]
    assert told[0] == "nobody.jpg: no face found; left out of the database"
    assert {Path(warning.filename).name for warning in warned} == {Path(__file__).name}


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_folder_without_a_usable_picture_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "torn.png").write_bytes(b"\x89PNG\r\n")
    for folder, reason in (("empty", "No such file"), ("torn", r"torn\.png: holds no JPEG")):
        with pytest.raises(GalleryError, match=f"holds no picture that can be used .*{reason}"):
            prepare_database(tmp_path / folder, MODEL)


def test_verify_opens_only_for_the_named_person(camera: Path, database, capsys: Printed) -> None:
    assert verify(camera, "younes", database, MODEL) == (0, True)
    assert capsys.readouterr().out == "It's younes, welcome in!\n"
    distance, door_open = verify(camera, "kian", database, MODEL, threshold=0.01)
    assert distance == np.linalg.norm(img_to_encoding(camera, MODEL) - database["kian"])
    assert door_open is False
    assert capsys.readouterr().out == "It's not kian, please go away\n"


def test_the_threshold_is_the_models_unless_given_and_nan_never_opens(camera: Path, grace: Path, encoder) -> None:
    for distance, opens in ((0.69, True), (0.71, False)):
        found = verify(camera, "x", {"x": shifted(camera, distance)}, MODEL)
        assert found == (pytest.approx(distance, abs=1e-6), opens)
    there = img_to_encoding(grace, encoder)
    there[0, 0] += 1.2
    assert verify(grace, "x", {"x": there}, encoder)[1] is False
    assert verify(grace, "x", {"x": there}, encoder, threshold=1.3)[1] is True
    same = img_to_encoding(camera, MODEL)
    assert verify(camera, "x", {"x": same}, MODEL, threshold=0.0)[1] is True
    assert verify(camera, "x", {"x": same}, MODEL, threshold=math.nan)[1] is False
    assert verify(camera, "x", {"x": same * np.nan}, MODEL)[1] is False


def test_an_unknown_name_is_answered_with_similar_ones(camera: Path, database) -> None:
    for identity, advice in (
        ("Younes", "did you mean 'younes'"),
        ("nobody", "it holds 'danielle', 'kian', 'younes'"),
        (["kian"], "it holds"),
        ("k" * 10**5, "it holds"),
    ):
        with pytest.raises(UnknownPersonError, match=advice) as fault:
            verify(camera, identity, database, MODEL)
        assert len(str(fault.value)) < 200
    with pytest.raises(UnknownPersonError, match="and 995 more"):
        verify(camera, "?", {str(number): np.zeros(75) for number in range(1000)}, MODEL)


def test_who_is_it_names_the_nearest_person(camera: Path, database, capsys: Printed) -> None:
    database["younes"] = database["younes"] + np.float32(0.01)
    database = {"first": database["kian"] * np.nan, **database}
    distance, identity = who_is_it(camera, database, MODEL)
    assert (distance, identity) == (pytest.approx(0.01 * math.sqrt(75), rel=1e-4), "younes")
    # The digits of a float32.
    assert capsys.readouterr().out == f"it's younes, the distance is {np.float32(distance)!s}\n"
    found = who_is_it(camera, database, MODEL, threshold=0.01)
    assert found[1] == "younes"
    assert capsys.readouterr().out == "Not in the database.\n"


def test_a_database_that_does_not_fit_is_an_error(camera: Path, tmp_path: Path) -> None:
    for database, reason in (({}, "is empty"), (None, "is no dictionary"), ([], "is no dictionary")):
        with pytest.raises(GalleryError, match=reason):
            verify(camera, "younes", database, MODEL)
        with pytest.raises(GalleryError, match=reason):
            who_is_it(camera, database, MODEL)
    for entry in (np.zeros((1, 128)), np.zeros((2, 75)), None, "75", np.zeros(75, np.uint8)):
        with pytest.raises(EncoderError, match=r"the encoding of 'x': holds .*make the database with the same model"):
            verify(camera, "x", {"x": entry}, MODEL)
    with pytest.raises(PictureError, match="cannot be read"):
        verify(tmp_path / "nobody.jpg", "x", {"x": np.zeros(75)}, MODEL)
    with pytest.raises(PictureError, match="is no path"):
        who_is_it(None, {"x": np.zeros(75)}, MODEL)


# The exercise -----------------------------------------------------------------------------------------------------


@pytest.fixture
def exercise_folder(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of the exercise, with its pictures in images/."""
    (tmp_path / "images").symlink_to(data / "office", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _script(section: str) -> tuple[str, str]:
    """Return the program of a section of docs/course.md, and what it prints."""
    text = COURSE.read_text(encoding="utf-8").split(f"## {section}\n")[1].split("\n## ")[0]
    program, printed = re.findall(r"```(?:python|text)\n(.*?)```", text, re.DOTALL)
    return program, printed


def _words_and_numbers(text: str) -> tuple[list[str], list[float]]:
    number = r"\d+\.\d+"
    return re.split(number, text), [float(found) for found in re.findall(number, text)]


@pytest.mark.slow
@pytest.mark.usefixtures("exercise_folder")
def test_script_of_the_document_prints_what_the_document_says(capsys: pytest.CaptureFixture[str]) -> None:
    program, printed = _script("The exercise from top to bottom")
    exec(compile(program, "course.md", "exec"), {"__name__": "__main__"})  # noqa: S102 - our own document
    words, numbers = _words_and_numbers(capsys.readouterr().out)
    wanted_words, wanted_numbers = _words_and_numbers(printed)
    assert words == wanted_words
    assert numbers == pytest.approx(wanted_numbers, rel=2e-3)


# Printed by the exercise with its own weights: OpenFace's CSV files, FaceNet's .h5 file.
PRINTED = {"*.csv": (0.65939283, 0.86224014), "*.h5": (0.5992949, 1.0259346)}


def _course_model(folder: Path, pattern: str) -> Any:
    if pattern == "*.csv":
        model = faceRecoModel()
        load_weights_from_FaceNet(model, folder)
    else:
        model = facenet_model()
        load_h5(model, next(iter(sorted(folder.glob(pattern)))))
    return model


@pytest.mark.slow
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
