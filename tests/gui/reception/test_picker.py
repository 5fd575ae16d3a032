"""The picker: choose files on a USB stick or in the exchange folder."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt

from kiosk.files import Listing, asset, list_files
from kiosk.gui.reception import picker as picking
from kiosk.gui.reception.picker import Picker, Wanted, place_words, wanted_archive, wanted_pictures
from kiosk.gui.reception.portraits import Portraits, Read, read_small, round_picture
from kiosk.paths import Place


@pytest.fixture
def fill() -> Callable[..., None]:
    """fill(folder, "a.jpg", "b.jpg"): real pictures under these names."""

    def fill(folder: Path, *names: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copy(asset("demo", "gallery", "Grace_Hopper.jpg"), folder / name)

    return fill


@pytest.fixture
def open_picker(context, shown, sticks, monkeypatch) -> Iterator[Callable[..., Picker]]:
    """open_picker(size=(800, 480)): on the screen, looking for sticks all the time."""
    monkeypatch.setattr(picking, "_LOOK_MS", 20)
    pickers: list[Picker] = []

    def open_picker(wanted: Wanted | None = None, size: tuple[int, int] = (800, 480)) -> Picker:
        pickers.append(shown(Picker(context, wanted or wanted_pictures()), size))
        return pickers[-1]

    yield open_picker
    for picker in pickers:
        picker.close_up()


LEFT = Qt.MouseButton.LeftButton


def names(picker: Picker) -> list[str]:
    return [entry.name for entry in picker.model.entries]


def chosen(picker: Picker) -> list[str]:
    return [path.name for path in picker.model.chosen]


def message(picker: Picker) -> str:
    return picker.message.text().replace("\u200b", "") if picker.message.isVisible() else ""


def touch(picker: Picker, name: str) -> None:
    picker.grid.opened.emit(picker.model.index(names(picker).index(name)))


def tabs(picker: Picker) -> list[tuple[str, bool]]:
    return [(button.text(), button.isChecked()) for button in picker.place_buttons]


@pytest.fixture
def stick(sticks, fill) -> Path:
    folder = sticks.plug()
    fill(folder, "a.jpg", "b.jpg", "c.jpg")
    fill(folder / "DCIM", "d.jpg")
    return folder


@pytest.fixture
def picker(stick, open_picker, qtbot) -> Picker:
    found = open_picker()
    qtbot.waitUntil(lambda: names(found) == ["DCIM", "a.jpg", "b.jpg", "c.jpg"])
    return found


def test_pictures_of_several_folders_are_picked(picker, qtbot, stick):
    assert tabs(picker) == [("KINGSTON", True), ("Exchange folder", False)]
    assert (picker.add.text(), picker.add.isEnabled()) == ("Add pictures", False)
    touch(picker, "b.jpg")
    touch(picker, "DCIM")
    qtbot.waitUntil(lambda: names(picker) == ["d.jpg"])
    assert (picker.where.text(), picker.where.isVisible(), picker.up.isVisible()) == ("DCIM", True, True)
    touch(picker, "d.jpg")
    assert picker.add.text() == "Add 2 pictures"
    picker.up.click()
    qtbot.waitUntil(lambda: "a.jpg" in names(picker))
    picker.on_up()
    assert (picker._folder, picker.up.isVisible()) == (stick, False), "the way up ends at the stick"
    with qtbot.waitSignal(picker.picked) as picked:
        qtbot.mouseClick(picker.add, LEFT)
    assert picked.args == [[stick / "b.jpg", stick / "DCIM" / "d.jpg"]]


def test_everything_is_done_with_keys(picker, qtbot):
    picker.window().activateWindow()
    qtbot.waitUntil(picker.grid.hasFocus)
    qtbot.keyClick(picker.grid, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(picker) == ["d.jpg"] and picker.grid.hasFocus())
    qtbot.keyClick(picker.grid, Qt.Key.Key_Space)
    qtbot.keyClick(picker.grid, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: "a.jpg" in names(picker))
    assert picker.grid.currentIndex().data() == "DCIM"
    qtbot.keyClick(picker.grid, Qt.Key.Key_Right)
    qtbot.keyClick(picker.grid, Qt.Key.Key_Return)
    assert chosen(picker) == ["d.jpg", "a.jpg"]
    qtbot.keyClick(picker.grid, Qt.Key.Key_Return)
    assert chosen(picker) == ["d.jpg"]
    with qtbot.waitSignal(picker.cancelled):
        qtbot.keyClick(picker.grid, Qt.Key.Key_Escape)


def test_a_stick_is_opened_when_it_comes_and_left_when_it_is_pulled_out(open_picker, sticks, fill, qtbot, screen):
    picker = open_picker()
    qtbot.waitUntil(lambda: "Insert a USB stick" in message(picker))
    assert "exchange" in message(picker)
    stick = sticks.plug()
    fill(stick, "a.jpg")
    qtbot.waitUntil(lambda: names(picker) == ["a.jpg"])
    touch(picker, "a.jpg")
    source = str(stick / "a.jpg")
    qtbot.waitUntil(lambda: picker.portraits.get(source, 84) is not None)
    sticks.pull(stick)
    qtbot.waitUntil(lambda: "Insert a USB stick" in message(picker))
    assert screen.told == ["The USB stick was removed."]
    assert (chosen(picker), picker.add.isEnabled()) == ([], False)
    # Another stick of the same name shows its own pictures.
    (sticks.plug() / "a.jpg").write_bytes(b"no picture")
    qtbot.waitUntil(lambda: names(picker) == ["a.jpg"])
    qtbot.waitUntil(lambda: picker.portraits.get(source, 84) is not None)
    assert picker.portraits.get(source, 84).isNull()


def test_a_picture_that_cannot_be_used_is_not_chosen_and_says_why(picker, qtbot, stick, screen):
    odd = {"empty.jpg": b"", "text.jpg": b"no picture", "cut.jpg": b"\x89PNG\r\n\x1a\n" + bytes(100)}
    for name, content in odd.items():
        (stick / "DCIM" / name).write_bytes(content)
    touch(picker, "DCIM")
    qtbot.waitUntil(lambda: len(names(picker)) == 1 + len(odd))
    for name in odd:
        touch(picker, name)  # before it is read, or after
        qtbot.waitUntil(lambda name=name: picker.portraits.fault(str(stick / "DCIM" / name)) != "")
        touch(picker, name)
        assert chosen(picker) == []
        assert screen.faults[-1].startswith(f"{name}: ")


def test_a_folder_that_cannot_be_read_says_why_and_the_way_back_is_there(picker, qtbot, stick):
    (stick / "DCIM" / "d.jpg").unlink()
    (stick / "DCIM").rmdir()
    touch(picker, "DCIM")
    qtbot.waitUntil(lambda: "DCIM: cannot be read (No such file" in message(picker))
    picker.up.click()
    qtbot.waitUntil(lambda: names(picker) == ["a.jpg", "b.jpg", "c.jpg"])


def test_names_that_pretend_to_be_others_are_shown_as_they_are_and_long_ones_are_cut(picker, qtbot, stick):
    folder = stick / "DCIM" / "gpj.\u202exe\n"
    folder.mkdir()
    Path(os.fsdecode(bytes(folder) + b"/\xff.jpg")).write_bytes(asset("demo", "eileen_collins.jpg").read_bytes())
    touch(picker, "DCIM")
    qtbot.waitUntil(lambda: "d.jpg" in names(picker))
    touch(picker, "gpj.\\u202exe\\n")
    qtbot.waitUntil(lambda: names(picker) == ["\\xff.jpg"])
    assert picker.where.text().replace("\u200b", "") == "DCIM / gpj.\\u202exe\\n"
    touch(picker, "\\xff.jpg")
    assert picker.model.chosen[0].read_bytes()
    for place, words in (
        (Place(Path("/media/ida/\u202egpj"), is_stick=True), "\\u202egpj"),
        (Place(Path("/mnt") / ("long " * 20), is_stick=True), "long long long long lon…"),
    ):
        assert place_words(place) == words


def test_thousands_of_files_are_shown_and_few_of_them_are_read(open_picker, sticks, qtbot):
    stick = sticks.plug()
    first = stick / "0000.jpg"
    first.write_bytes(asset("demo", "gallery", "Grace_Hopper.jpg").read_bytes())
    for number in range(1, 3_000):
        (stick / f"{number:04}.jpg").hardlink_to(first)
    picker = open_picker()
    qtbot.waitUntil(lambda: len(names(picker)) == 3_000)
    picker.grid.scrollToBottom()
    qtbot.waitUntil(lambda: picker.portraits.get(str(stick / "2999.jpg"), 84) is not None)
    assert len(picker.portraits._kept) < 200
    picker.resize(480, 700)
    touch(picker, "2999.jpg")
    assert chosen(picker) == ["2999.jpg"]


def test_an_archive_is_chosen_alone_and_has_no_thumbnail(open_picker, stick, qtbot):
    for name in ("one.zip", "two.zip"):
        (stick / name).write_bytes(b"zip")
    picker = open_picker(wanted_archive())
    qtbot.waitUntil(lambda: names(picker) == ["DCIM", "one.zip", "two.zip"])
    touch(picker, "one.zip")
    touch(picker, "two.zip")
    assert chosen(picker) == ["two.zip"]
    assert picker.where.text().replace("\u200b", "") == "two.zip"
    assert picker.portraits._kept == {}


@pytest.fixture
def slow(monkeypatch) -> threading.Event:
    """The folder DCIM is read once this is set."""
    go_on = threading.Event()

    def list_slowly(place: Path, folder: Path, suffixes: frozenset[str]) -> Listing:
        if folder.name == "DCIM":
            go_on.wait(20)
        return list_files(place, folder, suffixes)

    monkeypatch.setattr(picking, "list_files", list_slowly)
    return go_on


def heard_everything(qtbot, picker: Picker) -> None:
    """Whatever was begun in the background has been answered."""
    pool = picker._context._jobs._pool
    qtbot.waitUntil(lambda: pool.activeThreadCount() == 0)
    qtbot.wait(1)


def test_a_folder_that_was_left_before_it_was_read_is_not_shown_nor_heard_of_once_it_is_closed(
    picker, slow, qtbot, screen
):
    touch(picker, "DCIM")
    picker.on_up()
    qtbot.waitUntil(lambda: "a.jpg" in names(picker))
    slow.set()
    heard_everything(qtbot, picker)
    assert "a.jpg" in names(picker)
    slow.clear()
    touch(picker, "DCIM")
    picker.close_up()
    with qtbot.waitSignal(picker.destroyed):
        picker.deleteLater()
    slow.set()
    heard_everything(qtbot, picker)
    assert screen.faults == []


def test_a_picture_is_read_in_the_background_and_kept_until_the_person_is_erased(qtbot, home, portrait):
    waiting: list[tuple[Callable[[], Read], Callable[[Read], None]]] = []
    portraits = Portraits(home / "images", lambda work, then: waiting.append((work, then)), round_picture)
    assert portraits.get(portrait.name, 40) is None
    ((work, then),) = waiting
    with qtbot.waitSignal(portraits.ready) as ready:
        then(work())
    assert ready.args == [portrait.name]
    picture = portraits.get(portrait.name, 40)
    assert (picture.width(), picture.isNull()) == (40, False)
    assert portraits.get(portrait.name, 40) is picture
    assert len(waiting) == 1
    portraits.forget()
    assert portraits.get(portrait.name, 40) is None


def test_a_file_is_read_small_whatever_it_holds(qapp, home, portrait):
    path = home / "a.jpg"
    drawing = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    for content in (portrait.read_bytes(), b"", b"no picture", drawing):
        path.write_bytes(content)
        for image, fault in (read_small(path), read_small(content)):
            is_picture = content not in {b"", b"no picture", drawing}
            assert (image.isNull(), fault == "") == (not is_picture, is_picture)
            assert max(image.width(), image.height()) <= 320
