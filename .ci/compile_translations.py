"""Compiles assets/translations/kiosk_*.ts into the .qm files that Qt reads, as Qt's own lrelease does.

Standard library alone: pip installs no lrelease that is lighter than 80 MB, or that is there for every machine.
"""

import os
import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

TRANSLATIONS = Path(__file__).resolve().parents[1] / "assets" / "translations"

# Which of a message's plural forms a number takes: the bytes that lrelease 6.12 writes for each language.
PLURALS = {
    "": "bh bi bo dz fa fj gn haw hu id ja jv ko ms my na om sg su th tr tt tw vi yo za zh",
    "0101": "aa ab af am as az ba bg bn ca co da de el en eo es et eu fi fo fy gl gu ha he hi ia ie it ka kk kl km kn "
    "ks ku kw ky la lb ln lo mg ml mn mr nb ne nl nn no oc or pa ps qu rm rn rw sd si sn so sq ss st sv sw ta te tg tk "
    "tn to ts ug ur uz vo wo xh yi zu",
    "0301": "br fil fr hy pt ti tl",
    "0101ff0102": "dv ga gv ik iu mi sa se sm",
    "0100ff0101ff0102ff24030aff2a0b": "ar",
    "1101fd290bff140204fd2c0a13": "be bs hr ru sr uk",
    "0101ff040204": "cs sk",
    "0100ff0101ff040205ff0106": "cy",
    "0101fe010bff0102fe010cff040313": "gd",
    "1101fd290b": "is",
    "1101fd290bff1900fd2c0a13": "lt",
    "1101fd290bff0900": "lv",
    "1101ff1102": "mk",
    "0101ff0100fe24010aff240b13": "mt",
    "0101ff140204fd2c0a13": "pl",
    "0101ff0100fe240113": "ro",
    "2101ff2102ff240304": "sl",
}
_RULES = {language: bytes.fromhex(rule) for rule, languages in PLURALS.items() for language in languages.split()}
_NEXT_RULE = 0xFF

_MAGIC = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
_LANGUAGE, _HASHES, _MESSAGES, _NUMERUS = 0xA7, 0x42, 0x69, 0x88
_END, _TRANSLATION, _SOURCE, _CONTEXT, _COMMENT = 1, 3, 6, 7, 8


def plural_rule(language: str) -> bytes:
    """Qt's rule for "de" or "pt_BR"; that of English for a language that is not known."""
    return _RULES.get(language.partition("_")[0], _RULES["en"])


def plural_forms(language: str) -> int:
    """How many forms a message with a count has."""
    rule = plural_rule(language)
    return rule.count(_NEXT_RULE) + 2 if rule else 1


def compiled(ts: Path) -> bytes:
    """The .qm of a .ts: its finished messages. Raises ValueError where it is no .ts."""
    try:
        root = ET.fromstring(ts.read_bytes())  # noqa: S314  (a file of this very checkout)
    except ET.ParseError as error:
        raise ValueError(f"{ts}: {error}") from error
    language = root.get("language") or ts.stem.partition("_")[2]
    hashes, messages = [], bytearray()
    for hashed, message in _messages(root):
        hashes.append((hashed, len(messages)))
        messages += message
    return _MAGIC + b"".join(
        _section(tag, content)
        for tag, content in (
            (_LANGUAGE, language.encode()),
            (_HASHES, b"".join(struct.pack(">II", *each) for each in sorted(hashes))),
            (_MESSAGES, bytes(messages)),
            (_NUMERUS, plural_rule(language)),
        )
        if content
    )


def _messages(root: ET.Element) -> Iterator[tuple[int, bytes]]:
    """Each finished message with the number under which Qt looks for it."""
    for context in root.iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            source, comment = message.findtext("source") or "", message.findtext("comment") or ""
            forms = _forms(message)
            if forms:
                parts = [_part(_TRANSLATION, form.encode("utf-16-be")) for form in forms]
                named = ((_SOURCE, source), (_CONTEXT, name), (_COMMENT, comment))
                parts += [_part(tag, text.encode()) for tag, text in named]
                yield _hash((source + comment).encode()), b"".join(parts) + bytes([_END])


def _forms(message: ET.Element) -> list[str]:
    """The translation, in each of its plural forms; none of a message that is not finished."""
    translation = message.find("translation")
    if translation is None or translation.get("type") in {"unfinished", "vanished", "obsolete"}:
        return []
    if message.get("numerus") == "yes":
        forms = [form.text or "" for form in translation.iter("numerusform")]
        return forms if all(forms) else []
    return [translation.text] if translation.text else []


def _part(tag: int, content: bytes) -> bytes:
    return struct.pack(">BI", tag, len(content)) + content


_section = _part


def _hash(text: bytes) -> int:
    """The ELF hash, as Qt computes it."""
    found = 0
    for byte in text:
        found = (found << 4) + byte
        high = found & 0xF0000000
        found = (found ^ (high >> 24)) & ~high & 0xFFFFFFFF
    return found or 1


def compile_all(folder: Path = TRANSLATIONS) -> list[Path]:
    """Write the .qm beside each .ts where it is not what it should be; returns the .qm files."""
    written = []
    for ts in sorted(folder.glob("kiosk_*.ts")):
        qm, content = ts.with_suffix(".qm"), compiled(ts)
        if not qm.is_file() or qm.read_bytes() != content:
            replace(qm, content)
        written.append(qm)
    return written


def replace(path: Path, content: bytes) -> None:
    """At once: a kiosk may be reading the file, and several may be writing it."""
    fresh = path.with_suffix(f".{os.getpid()}.part")
    fresh.write_bytes(content)
    fresh.replace(path)


if __name__ == "__main__":
    compile_all()
