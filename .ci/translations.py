"""Keep assets/translations/kiosk_*.po in step with the texts of the sources, and compile them to .mo files.

python .ci/translations.py            update every language, then compile
python .ci/translations.py fr         add French, too
python .ci/translations.py --compile  compile only
"""

import argparse
import ast
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

TRANSLATIONS = Path(__file__).resolve().parents[1] / "assets" / "translations"
PACKAGE = TRANSLATIONS.parents[1] / "kiosk"
ENGLISH = "en"  # its catalog holds the plural forms only
FAULTS = "faults"
COMMAND_LINE = {"cli", "course", "evaluation", "training"}  # their faults are told on the command line, in English

Text = tuple[str, str, bool]  # context, English text, whether it has plural forms


def texts(package: Path = PACKAGE) -> set[Text]:
    """Return every text that the sources translate."""
    found = set()
    for path in sorted(package.rglob("*.py")):
        english_faults = path.relative_to(package).parts[0] in COMMAND_LINE
        texts = _texts_of(ast.parse(path.read_text(encoding="utf-8")))
        found |= {text for text in texts if not (english_faults and text[0] == FAULTS)}
    return found


def _texts_of(tree: ast.AST) -> Iterator[Text]:
    for call in ast.walk(tree):
        if isinstance(call, ast.ClassDef):
            yield from (("settings", text, False) for text in _effects_of(call))
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in {"translate", "QT_TRANSLATE_NOOP"}:
            context = next(_literals(call.args[0]), None)
            for text in _literals(call.args[1]) if context else ():
                yield _with_note(context, call), text, len(call.args) > 3
        elif name == "Message":
            yield from ((FAULTS, text, False) for text in _literals(call.args[0]) if text.strip("{}").count(" "))
        elif name.endswith("Error") or name == "fault":
            yield from ((FAULTS, text, False) for argument in call.args[1:3] for text in _literals(argument))
        elif name == "option":
            yield from (("settings", text, False) for word in call.args[1:3] for text in _literals(word))


def _effects_of(section: ast.ClassDef) -> Iterator[str]:
    """Yield the text below each option of a section of the configuration."""
    for declared, below in pairwise(section.body):
        call = getattr(declared, "value", None)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "option" and isinstance(below, ast.Expr):
            yield from (" ".join(text.split()) for text in _literals(below.value))


def _with_note(context: str, call: ast.Call) -> str:
    note = next(_literals(call.args[2]), "") if len(call.args) > 2 else ""
    return f"{context}: {note}" if note else context


def _literals(node: ast.AST) -> Iterator[str]:
    """Yield the text of a literal, or the texts that a conditional expression chooses from."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def read(path: Path) -> Catalog:
    """Return the catalog of a .po file; an empty one where there is no file."""
    language = path.stem.partition("_")[2]
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def update(path: Path, package: Path = PACKAGE) -> Catalog:
    """Add new texts to a .po file, drop those that are gone, and return its catalog."""
    old = read(path)
    new = Catalog(locale=old.locale, fuzzy=False)
    for context, text, plural in sorted(texts(package)):
        if str(old.locale) == ENGLISH and not plural:
            continue
        message = old.get(text, context)
        known = message.string if message is not None and message.pluralizable == plural else None
        new.add((text, text) if plural else text, known or (("",) * new.num_plurals if plural else ""), context=context)
    with path.open("wb") as file:
        write_po(file, new, width=120, omit_header=True)
    return new


def missing(catalog: Catalog) -> list[str]:
    """Return the texts that have no translation, or not every plural form."""
    forms = ((message.id, message.string) for message in catalog if message.id)
    return [str(text) for text, form in forms if not (form if isinstance(form, str) else all(form))]


def compile_all(folder: Path = TRANSLATIONS) -> None:
    """Write the .mo file of every .po file of a folder."""
    for path in sorted(folder.glob("kiosk_*.po")):
        part = path.with_suffix(f".{os.getpid()}.part")  # several test processes compile at once
        with part.open("wb") as file:
            write_mo(file, read(path))
        part.replace(path.with_suffix(".mo"))


def main() -> None:
    """Update and compile."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("language", nargs="*", help="a language to add, such as fr or pt_BR")
    parser.add_argument("--compile", action="store_true", help="compile only")
    given = parser.parse_args()
    if not given.compile:
        present = {path.stem.partition("_")[2] for path in TRANSLATIONS.glob("kiosk_*.po")}
        for language in sorted({ENGLISH, *present, *given.language}):
            catalog = update(TRANSLATIONS / f"kiosk_{language}.po")
            print(f"kiosk_{language}.po: {len(catalog)} texts, {len(missing(catalog))} without translation")
    compile_all()


if __name__ == "__main__":
    main()
