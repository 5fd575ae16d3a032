"""The database of the exercise, made of a folder."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from kiosk.course.exercise import img_to_encoding, prepare_database
from kiosk.errors import GalleryError, PictureError


def test_each_picture_is_a_person_called_as_the_file(office: Path, openface_like) -> None:
    database = prepare_database(office, openface_like)
    assert sorted(database) == ["camera_0", "danielle", "kian", "younes"]
    for path in office.iterdir():
        np.testing.assert_array_equal(database[path.stem], img_to_encoding(path, openface_like))


def test_folder_is_one_person_at_the_mean_direction_of_its_pictures(office: Path, facenet_like) -> None:
    home = office / "Ada Lovelace"
    home.mkdir()
    for name in ("kian.jpg", "younes.jpg"):
        (office / name).rename(home / name)
    ada = prepare_database(office, facenet_like)["Ada Lovelace"]
    mean = sum(img_to_encoding(path, facenet_like) for path in home.iterdir())
    assert (ada.shape, ada.dtype) == ((1, 75), np.float32)
    np.testing.assert_allclose(ada, mean / np.linalg.norm(mean), rtol=1e-5)


def test_default_is_the_folder_images_and_the_default_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder, grace: Path
) -> None:
    (tmp_path / "images").mkdir()
    shutil.copy(grace, tmp_path / "images" / "grace.jpg")
    monkeypatch.chdir(tmp_path)
    database = prepare_database()
    assert list(database) == ["grace"]
    np.testing.assert_array_equal(database["grace"], img_to_encoding(grace, encoder))


def test_picture_that_cannot_be_used_is_left_out_with_a_warning_each(
    tmp_path: Path, encoder, grace: Path, office: Path
) -> None:
    shutil.copy(grace, tmp_path / "grace.jpg")
    shutil.copy(office / "kian.jpg", tmp_path / "nobody.jpg")
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n")
    (tmp_path / "notes.txt").write_text("no picture")
    for name in ("#recycle", ".ipynb_checkpoints", "@eaDir"):
        (tmp_path / name).mkdir()
        shutil.copy(grace, tmp_path / name / "grace.jpg")
    shutil.rmtree(office)
    with pytest.warns(UserWarning, match="left out of the database") as warned:
        database = prepare_database(str(tmp_path), encoder)
    assert list(database) == ["grace"]
    told = sorted(str(warning.message).removeprefix(f"{tmp_path}/") for warning in warned)
    assert [text.partition(":")[0] for text in told] == ["nobody.jpg", "notes.txt", "torn.png"]
    assert told[0] == "nobody.jpg: no face found; left out of the database"
    assert {Path(warning.filename).name for warning in warned} == {Path(__file__).name}


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_folder_without_a_usable_picture_is_an_error(tmp_path: Path, openface_like) -> None:
    for folder, reason in {tmp_path: "holds no pictures", tmp_path / "missing": "No such file"}.items():
        with pytest.raises(GalleryError, match=f"holds no picture that can be used .*{reason}"):
            prepare_database(folder, openface_like)
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(GalleryError, match=r"holds no picture that can be used .*torn\.png: holds no JPEG"):
        prepare_database(tmp_path, openface_like)
    with pytest.raises(PictureError, match="is no path"):
        prepare_database(None, openface_like)
