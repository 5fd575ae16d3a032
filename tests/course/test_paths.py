"""What people give as a path."""

from pathlib import Path

import pytest

from kiosk.course.exercise import as_path
from kiosk.errors import PictureError


@pytest.mark.parametrize("given", ["images/ada.jpg", b"images/ada.jpg", Path("images/ada.jpg")])
def test_path_is_taken_as_text_bytes_or_path(given) -> None:
    assert as_path(given) == Path("images") / "ada.jpg"


@pytest.mark.parametrize("given", [None, 7, ["images/ada.jpg"]])
def test_what_is_no_path_is_named_by_its_type(given) -> None:
    with pytest.raises(PictureError, match=f"{type(given).__name__}: is no path"):
        as_path(given)
