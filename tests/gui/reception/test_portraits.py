import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtGui import QImage

from kiosk.gui.reception.portraits import Portraits, Read, read_small, round_picture, square_picture


class Waiting:
    """Background work that a test lets happen."""

    def __init__(self) -> None:
        self.work: list[tuple[Callable[[], Read], Callable[[Read], None]]] = []

    def __call__(self, work: Callable[[], Read], then: Callable[[Read], None]) -> None:
        self.work.append((work, then))

    def finish(self) -> None:
        while self.work:
            work, then = self.work.pop(0)
            then(work())


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


@pytest.fixture
def portraits(qapp, home: Path, waiting: Waiting) -> Portraits:
    return Portraits(home / "images", waiting, round_picture)


def test_a_picture_is_read_in_the_background_and_kept(portraits, portrait, waiting, qtbot):
    assert portraits.get(portrait.name, 40) is None
    with qtbot.waitSignal(portraits.ready) as ready:
        waiting.finish()
    assert ready.args == [portrait.name]
    picture = portraits.get(portrait.name, 40)
    assert (picture.width(), picture.isNull()) == (40, False)
    assert portraits.get(portrait.name, 40) is picture
    assert waiting.work == []


def test_the_newest_wish_comes_first_and_few_are_read_at_once(portraits, waiting):
    for number in range(200):
        portraits.get(f"{number}.jpg", 40)
    assert len(waiting.work) == 2
    first, second = waiting.work.pop(0), waiting.work.pop(0)
    first[1]((QImage(), ""))
    assert len(waiting.work) == 1
    second[1]((QImage(), ""))
    waiting.finish()
    assert portraits.get("199.jpg", 40).isNull()
    assert portraits.get("50.jpg", 40) is None, "scrolled away before it was read"


def test_what_cannot_be_read_is_not_read_again(portraits, home, waiting):
    (home / "images" / "broken.jpg").write_text("no picture")
    for name in ("broken.jpg", "missing.jpg"):
        portraits.get(name, 40)
        waiting.finish()
        assert portraits.get(name, 40).isNull()
        assert portraits.fault(name).startswith(f"{name}: ")
        assert waiting.work == []
    assert portraits.fault("not asked for.jpg") == ""


@pytest.mark.parametrize("as_path", [True, False])
def test_a_file_is_read_small_whatever_it_holds(qapp, home, portrait, as_path):
    def read(content: bytes) -> tuple[QImage, str]:
        (home / "a.jpg").write_bytes(content)
        return read_small(home / "a.jpg" if as_path else content)

    image, fault = read(portrait.read_bytes())
    assert (0 < max(image.width(), image.height()) <= 320, fault) == (True, "")
    for content in (b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"):
        image, fault = read(content)
        assert image.isNull()
        assert fault


def test_a_pipe_is_not_waited_for(qapp, tmp_path):
    os.mkfifo(tmp_path / "a.jpg")
    assert read_small(tmp_path / "a.jpg")[1].startswith("a.jpg: is not a regular file")


def test_as_many_as_are_allowed_are_read_at_once(qapp, home, waiting):
    portraits = Portraits(home / "images", waiting, square_picture, at_once=1)
    for number in range(3):
        portraits.get(f"{number}.jpg", 40)
    assert len(waiting.work) == 1


def test_nothing_is_kept_of_who_was_erased(portraits, portrait, waiting):
    portraits.get(portrait.name, 40)
    waiting.finish()
    portraits.forget()
    assert portraits.get(portrait.name, 40) is None


def test_a_disc_is_cut_from_wide_and_upright_pictures(qapp):
    for size in ((300, 100), (100, 300), (1, 1)):
        image = QImage(*size, QImage.Format.Format_RGB32)
        image.fill(0xFF112233)
        disc = round_picture(image, 32).toImage()
        assert disc.pixelColor(16, 16).blue() == 0x33
        assert disc.pixelColor(0, 0).alpha() == 0
        square = square_picture(image, 32).toImage()
        assert (square.pixelColor(0, 0).alpha(), square.pixelColor(0, 16).blue()) == (0, 0x33)
