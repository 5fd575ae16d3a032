import hashlib
from pathlib import Path

import pytest

from kiosk.errors import PeopleError
from kiosk.files import asset
from kiosk.people.consent import consent_text, read_consent


@pytest.mark.parametrize("language", ["en", "de"])
def test_texts_are_shipped_in_both_languages(language: str) -> None:
    text = consent_text([asset()], language)
    assert (text.language, text.version) == (language, "1")
    assert text.text.startswith("# ")
    assert text.sha256 == hashlib.sha256(asset(f"consent.{language}.md").read_bytes()).hexdigest()


@pytest.mark.parametrize(("wanted", "given"), [("de_AT", "de"), ("de-DE", "de"), ("fr", "en"), ("", "en")])
def test_a_language_that_is_not_there_falls_back(wanted: str, given: str) -> None:
    assert consent_text([asset()], wanted).language == given


def test_an_own_text_comes_before_the_shipped_one_in_any_language(tmp_path: Path) -> None:
    (tmp_path / "consent.fr.md").write_text("<!-- version: 2026-03 -->\nOui.\n")
    text = consent_text([tmp_path, asset()], "de")
    assert (text.language, text.version, text.text) == ("fr", "2026-03", "Oui.")


def test_an_own_folder_without_texts_leaves_the_shipped_ones(tmp_path: Path) -> None:
    assert consent_text([tmp_path / "none", tmp_path, asset()], "de").language == "de"
    with pytest.raises(PeopleError, match="holds no consent"):
        consent_text([tmp_path], "de")


def test_a_text_without_version_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "paper.md"
    path.write_text("I agree.")
    text = read_consent(path)
    assert text.version == text.sha256[:12]
    assert text.language == "en"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"<!-- version: 3 -->\n  \n", "is empty"),
        (b"\xff\xfe", "UTF-8"),
        (b"x" * 300_000, "is longer"),
    ],
)
def test_what_is_no_text_is_told(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "consent.en.md"
    path.write_bytes(content)
    with pytest.raises(PeopleError, match=reason):
        read_consent(path)
    with pytest.raises(PeopleError, match="cannot be read"):
        read_consent(tmp_path / "missing.md")
