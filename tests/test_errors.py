"""The tree of faults is the one that its docstring draws, and every fault is one sentence."""

import inspect
import pickle
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kiosk import errors
from kiosk.errors import KioskError, did_you_mean

DRAWN = re.findall(r"^([│ ├└─]*)(\w+Error) +(\d+)", errors.__doc__ or "", re.MULTILINE)
CLASSES = [value for value in vars(errors).values() if inspect.isclass(value) and value.__module__ == errors.__name__]


def drawn_parents() -> dict[str, str]:
    """Each class of the drawing with the one that it hangs from."""
    above: list[str] = []
    parents = {}
    for branch, name, _ in DRAWN:
        depth = len(branch) // 4
        del above[depth:]
        parents[name] = above[-1] if above else "Exception"
        above.append(name)
    return parents


def test_the_drawing_shows_the_tree_and_its_exit_codes() -> None:
    assert drawn_parents() == {fault.__name__: fault.__base__.__name__ for fault in CLASSES}
    codes = {fault.__name__: fault.exit_code for fault in CLASSES}
    assert {name: int(code) for _, name, code in DRAWN} == codes
    assert len(set(codes.values())) == len(codes)
    assert all(2 < code < 126 for code in codes.values())  # answers, wrong usage, and the shell's


def test_a_message_names_thing_reason_and_remedy_in_one_line() -> None:
    error = KioskError(Path("images/ada.jpg"), "is empty", "put a picture there")
    assert str(error) == "images/ada.jpg: is empty; put a picture there"
    assert (error.thing, error.reason, error.remedy) == ("images/ada.jpg", "is empty", "put a picture there")
    assert str(KioskError("a\nb", "c\r\n\td\u2028e", " f ")) == "a b: c d e; f"
    assert str(KioskError("\x1b[2Jada\udcff.jpg", "is\x00empty", "r")) == r"\x1b[2Jada\udcff.jpg: is\x00empty; r"
    assert str(KioskError("Zoë Müller 李", "is here", "r")).startswith("Zoë Müller 李: ")


@given(st.text(), st.text(), st.text())
def test_message_is_one_printable_line(thing: str, reason: str, remedy: str) -> None:
    message = str(KioskError(thing, reason, remedy))
    assert message.isprintable()
    message.encode("utf-8")


def test_faults_survive_the_way_between_processes() -> None:
    for fault in CLASSES:
        error = pickle.loads(pickle.dumps(fault("t", "r", "m")))  # noqa: S301  (made a moment ago)
        assert (type(error), str(error)) == (fault, "t: r; m")


def test_any_exception_is_told_in_one_line() -> None:
    assert (
        errors.in_one_line(errors.GalleryError("images", "is\ngone", "bring it back"))
        == "images: is gone; bring it back"
    )
    assert errors.in_one_line(RuntimeError("a\n  b")) == "RuntimeError: a b"


def test_only_a_name_that_is_near_is_suggested() -> None:
    for name, remedy in (("sfaec", "did you mean 'sface'?"), ("yunet", "look there"), ("\0" * 5000, "look there")):
        assert did_you_mean(name, ["sface", "dlib_resnet"], "look there") == remedy
