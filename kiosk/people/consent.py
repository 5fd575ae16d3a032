"""Consent texts: find and read the text that people agree to before their pictures are stored."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import PeopleError
from kiosk.i18n import Message

_MAX_BYTES = 2**18
# The first line of a text; the screen does not show it.
_VERSION = re.compile(r"<!--\s*version:?\s*(\S[^\n]*?)\s*-->\s*")
_LANGUAGE = re.compile(r"consent\.([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*)\.md")
_ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A consent text."""

    language: str
    version: str  # as its first line says, or the beginning of the hash
    text: str  # Markdown
    sha256: str  # of the file as it is


def consent_text(folders: list[Path], language: str) -> ConsentText:
    """Return the text for a language from the first folder that holds any text, so that a company's own comes first."""
    for folder in folders:
        found = {_language_of(path): path for path in sorted(folder.glob("consent.*.md")) if _language_of(path)}
        if found:
            wanted = language.replace("-", "_").lower()
            order = [name for name in (wanted, wanted.partition("_")[0], _ENGLISH, *found) if name in found]
            return read_consent(found[order[0]])
    where = ", ".join(map(str, folders))
    raise PeopleError(where, "holds no consent.<language>.md", "put the text there that people agree to")


def read_consent(path: Path) -> ConsentText:
    """Read a consent text. Raises PeopleError."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        whole = content.decode("utf-8-sig")
    except OSError as fault:
        reason = Message("cannot be read ({cause})", cause=fault.strerror)
        raise PeopleError(path, reason, "check that it exists and may be read") from fault
    except UnicodeDecodeError as fault:
        raise PeopleError(path, "is not written in UTF-8", "save it as UTF-8 text") from fault
    digest = hashlib.sha256(content).hexdigest()
    stated = _VERSION.match(whole)
    text = whole[stated.end() if stated else 0 :].strip()
    if not text:
        raise PeopleError(path, "is empty", "write into it what people agree to")
    if len(content) > _MAX_BYTES:
        reason = Message("is longer than {kilobytes} KiB", kilobytes=_MAX_BYTES // 1024)
        raise PeopleError(path, reason, "write into it what people agree to")
    return ConsentText(_language_of(path) or _ENGLISH, stated[1] if stated else digest[:12], text, digest)


def _language_of(path: Path) -> str:
    named = _LANGUAGE.fullmatch(path.name)
    return named[1].replace("-", "_").lower() if named else ""
