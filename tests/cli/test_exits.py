import inspect

import pytest
import typer

from kiosk.cli.output import answering


@pytest.mark.parametrize("code", [0, 1])
def test_what_a_command_returns_becomes_the_exit_code(code):
    with pytest.raises(typer.Exit) as ended:
        answering(lambda: code)()
    assert ended.value.exit_code == code


def test_the_options_of_a_command_stay_known():
    def command(name: str, *, wanted: bool = False) -> int:
        return len(name) if wanted else 0

    assert inspect.signature(answering(command)) == inspect.signature(command)
