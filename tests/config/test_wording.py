"""Titles and effects: one for each option, and every unit and value marked for translation."""

import ast
import inspect

from kiosk.config import Config, wording
from kiosk.config.schema import Kind, options, values
from kiosk.config.wording import SECTIONS, UNITS, VALUES, WORDS


def marked() -> set[str]:
    """The texts that pylupdate finds: literals in calls of QT_TRANSLATE_NOOP with the context of the page."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(wording))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "QT_TRANSLATE_NOOP":
            context, text = (argument.value for argument in node.args if isinstance(argument, ast.Constant))
            assert context == "settings"
            found.add(str(text))
    return found


def test_words_are_there_for_each_option_and_for_nothing_else() -> None:
    assert set(WORDS) == set(values(Config()))


def test_every_section_has_a_title() -> None:
    assert set(SECTIONS) == {info.section for info in options()}


def test_titles_within_a_section_differ() -> None:
    titles = [(info.section, info.title) for info in options()]
    assert len(set(titles)) == len(titles)


def test_every_unit_is_marked_and_none_is_left_over() -> None:
    assert set(UNITS) == {info.unit for info in options() if info.unit}


def test_every_choice_has_a_name() -> None:
    choices = {choice for info in options() if info.kind is Kind.CHOICE for choice in info.choices}
    assert choices <= set(VALUES)


def test_whatever_is_said_is_found_by_the_translators_tool() -> None:
    said = {text for words in WORDS.values() for text in (words.title, words.effect)}
    assert said | set(SECTIONS.values()) | set(UNITS) | set(VALUES.values()) == marked()
