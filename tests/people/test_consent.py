"""Consent texts: which one is shown, and what is wrong with a file."""

import hashlib
from pathlib import Path

import pytest

from kiosk.errors import PeopleError
from kiosk.files import asset
from kiosk.people.consent import consent_text, read_consent


def test_the_language_of_the_screen_decides_or_english() -> None:
    for wanted, given in (("en", "en"), ("de", "de"), ("de_AT", "de"), ("de-DE", "de"), ("fr", "en"), ("", "en")):
        text = consent_text([asset()], wanted)
        assert (text.language, text.version) == (given, "1")
        assert text.sha256 == hashlib.sha256(asset(f"consent.{given}.md").read_bytes()).hexdigest()


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    for content, reason in (
        (b"", "is empty"),
        (b"<!-- version: 3 -->\n  \n", "is empty"),
        (b"\xff\xfe", "UTF-8"),
        (b"x" * 300_000, "is longer"),
    ):
        (tmp_path / "consent.en.md").write_bytes(content)
        with pytest.raises(PeopleError, match=reason):
            read_consent(tmp_path / "consent.en.md")
    with pytest.raises(PeopleError, match="cannot be read"):
        read_consent(tmp_path / "missing.md")
    with pytest.raises(PeopleError, match="holds no consent"):
        consent_text([tmp_path / "none"], "de")


def test_an_own_text_comes_before_the_shipped_one_in_any_language(tmp_path: Path) -> None:
    (tmp_path / "consent.fr.md").write_text("<!-- version: 2026-03 -->\nOui.\n")
    text = consent_text([tmp_path, asset()], "de")
    assert (text.language, text.version, text.text) == ("fr", "2026-03", "Oui.")
    (tmp_path / "paper.md").write_text("I agree.")
    text = read_consent(tmp_path / "paper.md")
    assert (text.version, text.language) == (text.sha256[:12], "en")
