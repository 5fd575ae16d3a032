"""Names as they are searched for: without accents and case, as far as a keyboard may lack them."""

import unicodedata
from collections.abc import Iterable

# What Unicode does not take apart.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def folded(text: str) -> str:
    """Two texts that look alike but for accents and case are the same afterwards."""
    plain = text.casefold()
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain.translate(_PLAIN))
        plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return plain.replace("_", " ")


def index(texts: Iterable[str]) -> str:
    """What `matches` searches: each text plain, and with umlauts spelt out."""
    text = "\n".join(texts)
    if text.isascii():
        return folded(text)
    composed = unicodedata.normalize("NFC", text.casefold())
    return f"{folded(text)}\n{folded(composed.translate(_SPELT_OUT))}"


def words_of(query: str) -> tuple[str, ...]:
    """The words that are all to be found."""
    return tuple(folded(query).split())


def matches(words: Iterable[str], indexed: str) -> bool:
    """Whether every word stands somewhere in the text that `index` made."""
    return all(word in indexed for word in words)
