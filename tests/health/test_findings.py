"""A finding says what is wrong and what to do, and what of it may be told to strangers."""

from kiosk.errors import ConfigError
from kiosk.health.checks import Finding, State, examine, of_fault


def known() -> Finding:
    raise ConfigError("/home/ada/config.yaml", "Ada is no number", "ask Ada")


def unforeseen() -> Finding:
    raise RuntimeError("surprise for Ada")


def test_what_a_check_raises_is_its_finding():
    found = examine("part", known)
    assert (found.check, found.state) == ("part", State.FAULT)
    assert (found.message, found.remedy) == ("/home/ada/config.yaml: Ada is no number", "ask Ada")
    assert "surprise" in examine("part", unforeseen).message
    assert examine("part", unforeseen).remedy


def test_strangers_are_told_the_kind_of_a_fault_alone():
    assert examine("part", known).public == "ConfigError"
    assert examine("part", unforeseen).public == "RuntimeError"
    assert "Ada" not in of_fault("part", State.WARNING, "Ada.jpg: is broken; ask Ada").public


def test_what_a_part_says_of_itself_is_split_into_reason_and_remedy():
    found = of_fault("part", State.WARNING, "camera: is lost; plug it in; or not")
    assert (found.message, found.remedy) == ("camera: is lost", "plug it in; or not")
    assert of_fault("part", State.FAULT, "camera: is lost").remedy == ""


def test_a_check_that_finds_something_is_left_as_it_is():
    found = Finding("part", State.OK, "is well")
    assert examine("part", lambda: found) is found
