"""What the health page calls the parts of the kiosk, the stages of the recognition, and how serious a finding is."""

from kiosk.health.findings import State
from kiosk.i18n import QT_TRANSLATE_NOOP, translate

_PARTS = {
    "camera": QT_TRANSLATE_NOOP("health", "Camera"),
    "recognition": QT_TRANSLATE_NOOP("health", "Recognition"),
    "door": QT_TRANSLATE_NOOP("health", "Door"),
    "gallery": QT_TRANSLATE_NOOP("health", "Pictures of the people"),
    "encoder": QT_TRANSLATE_NOOP("health", "Encoder"),
    "voice": QT_TRANSLATE_NOOP("health", "Voice"),
    "journal": QT_TRANSLATE_NOOP("health", "Journal"),
    "people": QT_TRANSLATE_NOOP("health", "What is known of people"),
    "staff": QT_TRANSLATE_NOOP("health", "Staff"),
    "disk": QT_TRANSLATE_NOOP("health", "Disk"),
    "memory": QT_TRANSLATE_NOOP("health", "Memory"),
    "temperature": QT_TRANSLATE_NOOP("health", "Temperature"),
    "clock": QT_TRANSLATE_NOOP("health", "Clock"),
    "config": QT_TRANSLATE_NOOP("health", "Configuration"),
}
_STAGES = {
    "detect": QT_TRANSLATE_NOOP("health", "Finding faces"),
    "align": QT_TRANSLATE_NOOP("health", "Cutting out"),
    "encode": QT_TRANSLATE_NOOP("health", "Encoding"),
    "match": QT_TRANSLATE_NOOP("health", "Comparing"),
    "decide": QT_TRANSLATE_NOOP("health", "Deciding"),
}
_STATES = {
    State.OK: QT_TRANSLATE_NOOP("health", "In order"),
    State.WARNING: QT_TRANSLATE_NOOP("health", "Attention"),
    State.FAULT: QT_TRANSLATE_NOOP("health", "Fault"),
}


def part_name(check: str) -> str:
    """The part that a finding is about."""
    return translate("health", _PARTS[check]) if check in _PARTS else check


def stage_name(stage: str) -> str:
    """A step from frame to decision."""
    return translate("health", _STAGES[stage]) if stage in _STAGES else stage


def state_name(state: State) -> str:
    """How serious it is, in a word."""
    return translate("health", _STATES[state])


def verdict(states: list[State]) -> str:
    """What all findings come to, in a sentence."""
    faults, warnings = states.count(State.FAULT), states.count(State.WARNING)
    if faults:
        return translate("health", "%n parts have to be mended.", "", faults)
    if warnings:
        return translate("health", "It works; %n parts need attention.", "", warnings)
    return translate("health", "Everything is in order.")
