"""Colours, icons and the style sheet of the window."""

import re
from dataclasses import dataclass, replace
from typing import cast

from PyQt6.QtCore import QByteArray, Qt
from PyQt6.QtGui import QGuiApplication, QPainter, QPixmap, QPixmapCache
from PyQt6.QtSvg import QSvgRenderer

from kiosk.config.options import ScreenSection
from kiosk.files import asset
from kiosk.gui.state import Kind

_VARIABLE = re.compile(r"@([a-z_]+)@")
_LENGTH = re.compile(r"\b(\d+)([ut])\b")
LARGE_TYPE = 1.5


@dataclass(frozen=True, slots=True)
class Pair:
    """A background colour and the colour of text on it."""

    back: str
    text: str


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour on the screen."""

    page: Pair
    muted: str  # small print on the page
    feed: Pair  # behind and around the picture
    notice: Pair
    kinds: dict[Kind, Pair]  # the card of the door, and the labels of faces
    panel: Pair  # a card of the staff side
    field: Pair  # text fields and choices
    primary: Pair  # the main button
    danger: Pair  # a button that cannot be undone
    good: Pair
    warning: Pair
    line: str  # around fields and buttons
    focus: str  # around the widget with the focus

    def variables(self) -> dict[str, str]:
        """Return the value of each @name@ in the style sheet."""
        named = ("page", "feed", "notice", "panel", "field", "primary", "danger", "good", "warning")
        pairs: dict[str, Pair] = {name: getattr(self, name) for name in named}
        pairs |= {kind.value: pair for kind, pair in self.kinds.items()}
        found = {"muted": self.muted, "line": self.line, "focus": self.focus}
        # Images in a style sheet cannot take over its colours, so each has two files.
        tick = "tick" if self.primary.text == "#ffffff" else "tick_dark"
        found["tick"] = asset("icons", f"{tick}.svg").as_posix()
        down = "down" if self.field.text > "#8" else "down_dark"
        found["down"] = asset("icons", f"{down}.svg").as_posix()
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
    panel=Pair("#17212b", "#f3f6f8"),
    field=Pair("#0a0f14", "#f3f6f8"),
    primary=Pair("#2571c4", "#ffffff"),
    danger=Pair("#b3242f", "#ffffff"),
    good=Pair("#0b6e3c", "#ffffff"),
    warning=Pair("#f2b632", "#1f1600"),
    line="#5b6b79",
    focus="#ffd34d",
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
    panel=Pair("#ffffff", "#13202b"),
    field=Pair("#ffffff", "#13202b"),
    primary=Pair("#1c5fb0", "#ffffff"),
    danger=Pair("#b3242f", "#ffffff"),
    good=Pair("#0f7a42", "#ffffff"),
    warning=Pair("#ffcf5a", "#2b1d00"),
    line="#7b8894",
    focus="#9a4a00",
)


_BLACK, _WHITE = Pair("#000000", "#ffffff"), Pair("#ffffff", "#000000")


def _high_contrast(theme: Theme, page: Pair) -> Theme:
    """Return a theme in black and white; the style sheet adds frames where colour was the only difference."""
    turned = Pair(page.text, page.back)
    loud = (Kind.UNLOCKED, Kind.REFUSED, Kind.FAULT, Kind.CAMERA_LOST, Kind.NOBODY_ENROLLED)
    return replace(
        theme,
        page=page,
        muted=page.text,
        feed=page,
        notice=turned,
        kinds={kind: turned if kind in loud else page for kind in Kind},
        panel=page,
        field=page,
        primary=turned,
        danger=turned,
        good=page,
        warning=turned,
        line=page.text,
        focus="#ffe600" if page is _BLACK else "#b00020",
    )


DARK_CONTRAST, LIGHT_CONTRAST = _high_contrast(DARK, _BLACK), _high_contrast(LIGHT, _WHITE)


@dataclass(frozen=True, slots=True)
class Look:
    """The theme and the size of letters on the screen."""

    theme: Theme = DARK
    large_type: bool = False
    still: bool = False  # only the picture moves

    @property
    def type_scale(self) -> float:
        return LARGE_TYPE if self.large_type else 1.0


def style_sheet(theme: Theme, scale: float, type_scale: float = 1.0) -> str:
    """Return assets/style.qss with colours for its @names@ and px for its lengths: `scale` px for a unit u.

    Lengths in t, for letters, also grow with `type_scale`.
    """
    variables = theme.variables()
    text = asset("style.qss").read_text(encoding="utf-8")
    text = _VARIABLE.sub(lambda found: variables[found.group(1)], text)

    def length(found: re.Match[str]) -> str:
        factor = scale * (type_scale if found.group(2) == "t" else 1.0)
        return f"{max(round(int(found.group(1)) * factor), 1)}px"

    return _LENGTH.sub(length, text)


def look_of(screen: ScreenSection) -> Look:
    """Return the look for these options and the present desktop."""
    hints = QGuiApplication.styleHints()
    desktop_is_light = hints is not None and hints.colorScheme() is Qt.ColorScheme.Light
    light = screen.theme == "light" or (screen.theme == "auto" and desktop_is_light)
    themes = (DARK_CONTRAST, LIGHT_CONTRAST) if screen.high_contrast else (DARK, LIGHT)
    return Look(themes[light], screen.large_type, screen.reduced_motion)


ICONS = {
    Kind.STARTING: "hourglass",
    Kind.LOCKED: "lock_closed",
    Kind.LOOKING: "face_search",
    Kind.UNLOCKED: "lock_open",
    Kind.REFUSED: "person_unknown",
    Kind.CAMERA_LOST: "camera_lost",
    Kind.NOBODY_ENROLLED: "person_plus",
    Kind.FAULT: "alert",
}


def icon(name: str, colour: str, side_px: int) -> QPixmap:
    """Return assets/icons/NAME.svg as a square picture, with `colour` for currentColor."""
    # A page of buttons asks for the same icons at every change of state and style.
    key = f"kiosk/{name}/{colour}/{side_px}"
    known = cast("QPixmap | None", QPixmapCache.find(key))  # the stubs do not know that it may be missing
    if known is not None:
        return known
    drawing = asset("icons", f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    picture = QPixmap(side_px, side_px)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter)
    painter.end()
    QPixmapCache.insert(key, picture)
    return picture
