"""Whether every text of the sources is translated, and every translation still used: `make translations` first."""

import ast
import re
import string
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "assets" / "translations"
LANGUAGES = sorted(path.stem.partition("_")[2] for path in FOLDER.glob("kiosk_*.ts"))
sys.path.append(str(ROOT / ".ci"))

# A text of a table is looked up by a variable: those who do are named, and their table marks its texts.
_CALLED = {"translate": 2, "QT_TRANSLATE_NOOP": 2}


@pytest.fixture(scope="module", params=LANGUAGES)
def ts(request: pytest.FixtureRequest) -> Path:
    return FOLDER / f"kiosk_{request.param}.ts"


def messages(ts: Path) -> list[tuple[str, ET.Element]]:
    return [
        (context.findtext("name") or "", message)
        for context in ET.parse(ts).getroot().iter("context")  # noqa: S314
        for message in context.iter("message")
    ]


def keys(ts: Path) -> set[tuple[str, str, str, bool]]:
    return {
        (context, message.findtext("source") or "", message.findtext("comment") or "", message.get("numerus") == "yes")
        for context, message in messages(ts)
    }


def forms(message: ET.Element) -> list[str]:
    translation = message.find("translation")
    assert translation is not None
    if message.get("numerus") == "yes":
        return [form.text or "" for form in translation.iter("numerusform")]
    return [translation.text or ""]


def fields(text: str) -> list[str]:
    return sorted(str(name) for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_english_and_german_are_there():
    assert {"en", "de"} <= set(LANGUAGES)


def test_the_file_holds_the_texts_of_the_sources_and_no_others(ts: Path, tmp_path: Path):
    from update_translations import update

    fresh = tmp_path / ts.name
    update(fresh)
    missing, unused = keys(fresh) - keys(ts), keys(ts) - keys(fresh)
    assert (sorted(missing), sorted(unused)) == ([], [])


def test_everything_is_translated(ts: Path):
    unfinished = [
        (context, message.findtext("source"))
        for context, message in messages(ts)
        if not all(forms(message)) or (found := message.find("translation")) is None or found.get("type")
    ]
    assert unfinished == []


def test_counts_have_every_plural_form_of_the_language(ts: Path):
    from compile_translations import plural_forms

    wanted = plural_forms(ts.stem.partition("_")[2])
    counted = [message for _, message in messages(ts) if message.get("numerus") == "yes"]
    assert [message.findtext("source") for message in counted if len(forms(message)) != wanted] == []


def test_what_is_filled_in_is_the_same_in_every_language(ts: Path):
    wrong = []
    for context, message in messages(ts):
        source = message.findtext("source") or ""
        for form in forms(message):
            # "One picture" is a good singular; any other form must give the number.
            count = "%n" in source and "%n" not in form and form is not forms(message)[0]
            stray = "%n" in form and "%n" not in source
            if form and (fields(form) != fields(source) or stray or count):
                wrong.append((context, source, form))
    assert wrong == []


def test_spaces_and_the_last_sign_are_the_same_in_every_language(ts: Path):
    def edges(text: str) -> tuple[str, str, str]:
        end = re.search(r"[.:…?!]?$", text.rstrip())
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :], end.group() if end else ""

    wrong = [
        (context, message.findtext("source"), form)
        for context, message in messages(ts)
        for form in forms(message)
        if form and edges(form) != edges(message.findtext("source") or "")
    ]
    assert wrong == []


def test_every_text_in_the_sources_is_one_that_can_be_found():
    """A literal context everywhere, a literal text or a name; a text that is put together would never be translated."""
    wrong = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sorted((ROOT / "kiosk").rglob("*.py"))
        for call in calls(ast.parse(path.read_text(encoding="utf-8")))
        if not _can_be_found(call)
    ]
    assert wrong == []


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Those of translate and QT_TRANSLATE_NOOP."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLED:
            yield node


def _can_be_found(call: ast.Call) -> bool:
    if len(call.args) < 2 or call.keywords:
        return False
    text = call.args[1]
    if isinstance(text, ast.Constant):
        return isinstance(call.args[0], ast.Constant)
    marked = isinstance(call.func, ast.Name) and call.func.id == "QT_TRANSLATE_NOOP"
    return not marked and isinstance(text, ast.Name | ast.Attribute | ast.Subscript | ast.Call)
