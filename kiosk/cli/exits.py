"""What a command returns becomes the exit code of the process."""

import functools
from collections.abc import Callable
from typing import NoReturn, ParamSpec

import typer

P = ParamSpec("P")


def answering(command: Callable[P, int]) -> Callable[P, NoReturn]:
    """The command, ending the process with what it returns: 0 = done or yes, 1 = no."""

    @functools.wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> NoReturn:
        raise typer.Exit(command(*arguments, **options))

    return run
