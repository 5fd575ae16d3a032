"""The config.yaml that is shipped, made from the declarations of the options.

`python -m kiosk.config.template` writes it; a test compares them.
"""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kiosk.config.options import Applies, Config
from kiosk.config.saving import rendered
from kiosk.config.schema import OptionInfo, options
from kiosk.files import atomic_write

_HEADER: Final = """\
# Every option of the kiosk, with its default. Leave out what you do not change.
# Saved while the kiosk runs, the options marked (live) apply within two seconds. Those marked (reload) apply after the
# gallery was read again, while the door stays shut. The others apply at the next start.
"""
_COLUMN: Final = 32  # where comments start
_WIDTH: Final = 120


def template() -> str:
    """Return the text of config.yaml with every option at its default."""
    lines = [_HEADER]
    section = ""
    for info in options().values():
        if info.section != section:
            section = info.section
            lines += ["", f"{section}:".ljust(_COLUMN) + f"# {_about(section)}"]
        lines += _option(info)
    return "\n".join(lines) + "\n"


def _about(section: str) -> str:
    model = Config.model_fields[section].annotation
    return str(model.__doc__).removesuffix(".")


def _option(info: OptionInfo) -> Iterator[str]:
    mark = "" if info.set_in_file else "#"
    name = info.key.rpartition(".")[2]
    start = f"{'  ' if info.section else ''}{mark}{name}: {rendered(info.default)}"
    comments = textwrap.wrap(_comment(info), _WIDTH - _COLUMN - 2)
    for comment in comments:
        yield f"{start.ljust(_COLUMN - 1)} # {comment}"
        start = ""


def _comment(info: OptionInfo) -> str:
    names_unit = not info.unit or info.unit in info.title.lower()
    title = f"{info.title}." if names_unit else f"{info.title}, {info.unit}."
    applies = "" if info.applies is Applies.RESTART else f"({info.applies.value})"
    return " ".join(filter(None, [title, info.effect, info.note, applies]))


if __name__ == "__main__":
    atomic_write(Path("config.yaml"), template().encode())
