"""Every text that people see is translated, and every translation is used. If a test fails: `make translations`."""

import ast
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / ".ci"))
import translations  # noqa: E402

END = re.compile(r"[.:…?!]?$")


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, str, bool]]:
    """The context of each text of the sources, the text, and whether it has a plural."""
    return [*translations.texts()]


@pytest.fixture(scope="module", params=["de", "en"])
def catalog(request: pytest.FixtureRequest) -> Catalog:
    return translations.read(translations.TRANSLATIONS / f"kiosk_{request.param}.po")


def _text(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(catalog: Catalog) -> Iterator[tuple[str, int, str]]:
    """Yield each text, the number of the plural form, and the form."""
    for message in catalog:
        if message.id:
            text = _text(message)
            found = [message.string] if isinstance(message.string, str) else message.string
            yield from ((text, number, form) for number, form in enumerate(found) if form)


def test_a_catalog_holds_the_texts_of_the_sources_and_no_others_and_all_are_translated(catalog, texts) -> None:
    english = str(catalog.locale) == "en"
    wanted = {(context, text) for context, text, plural in texts if plural or not english}
    held = {
        (message.context, text)
        for message in catalog
        if (text := message.id[0] if message.pluralizable else message.id)
    }
    assert (sorted(wanted - held), sorted(held - wanted)) == ([], [])
    assert translations.missing(catalog) == []


def test_placeholders_spaces_and_the_last_sign_are_the_same_in_every_language(catalog) -> None:
    def fields(text: str) -> list[str]:
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)

    def edges(text: str) -> tuple[str, str, str]:
        found = END.search(text.rstrip())
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :], found.group() if found else ""

    for text, number, form in forms(catalog):
        assert fields(form) == fields(text), text
        assert edges(form) == edges(text), text
        # "One picture" is a good singular; any other form gives the number.
        assert ("%n" in form) == ("%n" in text) or (number == 0 and "%n" not in form), text


def test_every_text_is_a_literal_that_the_scanner_finds() -> None:
    for path in sorted(translations.PACKAGE.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {
                "translate",
                "QT_TRANSLATE_NOOP",
                "Message",
            }:
                text = call.args[0 if call.func.id == "Message" else 1]
                assert not isinstance(text, ast.JoinedStr | ast.BinOp), f"{path}:{call.lineno}"


def test_the_scanner_finds_texts_and_an_update_keeps_translations(tmp_path: Path) -> None:
    source = """translate("door", "Open")
translate("door", "%n people", "", count)
translate("door", "Again", "take the picture again")
raise PictureError(path, "is empty" if empty else "is cut off", "copy it again")
Message("line {line}: {reason}", line=1)
class DecisionSection:
    k: int = option(3, "Frames")
    '''The number that
    must agree.'''
"""
    (tmp_path / "kiosk" / "cli").mkdir(parents=True)
    (tmp_path / "kiosk" / "door.py").write_text(source)
    (tmp_path / "kiosk" / "cli" / "run.py").write_text('raise PictureError(path, "is only English", "read it")')
    path = tmp_path / "kiosk_pl.po"
    path.write_text('msgctxt "door"\nmsgid "Open"\nmsgstr "Otwarte"\n\nmsgid "Gone"\nmsgstr "x"\n')
    catalog = translations.update(path, tmp_path / "kiosk")
    assert {(message.context, message.id) for message in catalog if message.id} == {
        ("door", "Open"),
        ("door", ("%n people", "%n people")),
        ("door: take the picture again", "Again"),
        *(("faults", text) for text in ("is empty", "is cut off", "copy it again", "line {line}: {reason}")),
        *(("settings", text) for text in ("Frames", "The number that must agree.")),
    }
    assert translations.read(path).get("Open", "door").string == "Otwarte"
    assert len(translations.missing(catalog)) == 8
