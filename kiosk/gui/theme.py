"""The colours of both themes, and the style sheet with them and the window's scale filled in."""

import re
from dataclasses import dataclass

from kiosk.gui.state import Kind
from kiosk.resources import asset

_VARIABLE = re.compile(r"@([a-z_]+)@")
_LENGTH = re.compile(r"\b(\d+)u\b")


@dataclass(frozen=True, slots=True)
class Pair:
    """A background and what is written on it."""

    back: str
    text: str


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour on the screen."""

    page: Pair
    muted: str  # small print on the page
    feed: Pair  # behind and around the picture
    notice: Pair
    kinds: dict[Kind, Pair]  # the card, and the labels of faces in the picture

    def variables(self) -> dict[str, str]:
        """The names that the style sheet knows."""
        pairs = {"page": self.page, "feed": self.feed, "notice": self.notice}
        pairs |= {kind.value: pair for kind, pair in self.kinds.items()}
        found = {"muted": self.muted}
        for name, pair in pairs.items():
            found[name], found[f"on_{name}"] = pair.back, pair.text
            found[f"faint_{name}"] = f"#40{pair.text[1:]}"
        return found


DARK = Theme(
    page=Pair("#0e141a", "#f3f6f8"),
    muted="#b3c0cb",
    feed=Pair("#05080b", "#c4ced6"),
    notice=Pair("#3a3112", "#ffe9a8"),
    kinds={
        Kind.STARTING: Pair("#1b2733", "#f3f6f8"),
        Kind.LOCKED: Pair("#1b2733", "#f3f6f8"),
        Kind.LOOKING: Pair("#174a86", "#ffffff"),
        Kind.UNLOCKED: Pair("#0b6e3c", "#ffffff"),
        Kind.REFUSED: Pair("#9c1f2b", "#ffffff"),
        Kind.CAMERA_LOST: Pair("#f2b632", "#1f1600"),
        Kind.NOBODY_ENROLLED: Pair("#f2b632", "#1f1600"),
        Kind.FAULT: Pair("#9c1f2b", "#ffffff"),
    },
)
LIGHT = Theme(
    page=Pair("#e9eef2", "#13202b"),
    muted="#44535f",
    feed=Pair("#c9d3db", "#26343f"),
    notice=Pair("#fff0c2", "#4a3600"),
    kinds={
        Kind.STARTING: Pair("#ffffff", "#13202b"),
        Kind.LOCKED: Pair("#ffffff", "#13202b"),
        Kind.LOOKING: Pair("#1c5fb0", "#ffffff"),
        Kind.UNLOCKED: Pair("#0f7a42", "#ffffff"),
        Kind.REFUSED: Pair("#b3242f", "#ffffff"),
        Kind.CAMERA_LOST: Pair("#ffcf5a", "#2b1d00"),
        Kind.NOBODY_ENROLLED: Pair("#ffcf5a", "#2b1d00"),
        Kind.FAULT: Pair("#b3242f", "#ffffff"),
    },
)


def style_sheet(theme: Theme, scale: float) -> str:
    """assets/style.qss with @names@ replaced by colours and lengths in `u` by px, `scale` px a unit."""
    variables = theme.variables()
    text = asset("style.qss").read_text(encoding="utf-8")
    text = _VARIABLE.sub(lambda found: variables[found.group(1)], text)
    return _LENGTH.sub(lambda found: f"{max(round(int(found.group(1)) * scale), 1)}px", text)
