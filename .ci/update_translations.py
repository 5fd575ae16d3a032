"""Brings assets/translations/kiosk_*.ts up to date with the texts of the sources, and compiles them.

A further language: `make translations LANGUAGE=fr`, then translate what is unfinished in kiosk_fr.ts.
"""

import argparse
import shutil
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

from compile_translations import TRANSLATIONS, compile_all, plural_forms, replace
from PyQt6.lupdate.lupdate import lupdate

PACKAGE = TRANSLATIONS.parents[1] / "kiosk"
SOURCE_LANGUAGE = "en"  # has a file for the sake of its plural forms alone


def update(ts: Path, package: Path = PACKAGE) -> None:
    """Add what is new, drop what is gone; a new file where there is none."""
    language = ts.stem.partition("_")[2]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / ts.name
        if ts.exists():
            shutil.copy(ts, copy)
        lupdate([str(path) for path in sorted(package.rglob("*.py"))], [str(copy)], no_obsolete=True)
        root = ET.parse(copy).getroot()  # noqa: S314  (a file of this very checkout)
    root.attrib = {"version": "2.1", "language": language, "sourcelanguage": SOURCE_LANGUAGE}
    for context in root.findall("context"):
        messages = context.findall("message")
        for message in messages:
            _tidy(message, plural_forms(language))
            if language == SOURCE_LANGUAGE and message.get("numerus") != "yes":
                context.remove(message)
        if context.find("message") is None:
            root.remove(context)
    _write(root, ts)


def _tidy(message: ET.Element, forms: int) -> None:
    """Without the lines of the sources, which change with every edit, and with as many plural forms as there are."""
    for location in message.findall("location"):
        message.remove(location)
    translation = message.find("translation")
    if translation is not None and message.get("numerus") == "yes":
        translation.text = None
        for _ in range(forms - len(translation.findall("numerusform"))):
            ET.SubElement(translation, "numerusform")


def _write(root: ET.Element, ts: Path) -> None:
    ET.indent(root, space="  ")
    text = ET.tostring(root, encoding="unicode", short_empty_elements=False)
    replace(ts, f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n'.encode())


def main() -> None:
    """The languages that are there, and those that are named."""
    parser = argparse.ArgumentParser(description="bring the translations up to date with the sources")
    parser.add_argument("language", nargs="*", help="a language to add, such as fr or pt_BR")
    there = {path.stem.partition("_")[2] for path in TRANSLATIONS.glob("kiosk_*.ts")}
    TRANSLATIONS.mkdir(exist_ok=True)
    for language in sorted(there | {SOURCE_LANGUAGE, *parser.parse_args().language}):
        update(TRANSLATIONS / f"kiosk_{language}.ts")
    compile_all()


if __name__ == "__main__":
    main()
