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
    mark = "" if info.declaration.set_in_file else "#"
    name = info.key.rpartition(".")[2]
    start = f"{'  ' if info.section else ''}{mark}{name}: {rendered(info.default)}"
    comments = textwrap.wrap(_comment(info), _WIDTH - _COLUMN - 2)
    for comment in comments:
        yield f"{start.ljust(_COLUMN - 1)} # {comment}"
        start = ""


def _comment(info: OptionInfo) -> str:
    declared = info.declaration
    names_unit = not declared.unit or declared.unit in declared.title.lower()
    title = f"{declared.title}." if names_unit else f"{declared.title}, {declared.unit}."
    applies = "" if declared.applies is Applies.RESTART else f"({declared.applies.value})"
    return " ".join(filter(None, [title, declared.effect, declared.note, applies]))


if __name__ == "__main__":
    atomic_write(Path("config.yaml"), template().encode())
