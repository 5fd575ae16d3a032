"""A calibration's answer put into config.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kiosk.config import ANY_ENCODER
from kiosk.config.schema import Value
from kiosk.config.writing import ConfigWriter
from kiosk.errors import ConfigError
from kiosk.evaluation.calibration.calibrating import DoorReport


def write_answer(report: DoorReport) -> Path:
    """Threshold and margin for the encoder, k and n; comments stay. Raises ConfigError where nothing can be written.

    Where there is no configuration yet, one is made in the folder that relative paths start from.
    """
    writer = ConfigWriter(report.config.path or report.config.folder / "config.yaml")
    seen = writer.look()
    conflicts = writer.change(_changes(report), seen)
    if isinstance(conflicts, tuple):
        keys = ", ".join(conflict.key for conflict in conflicts)
        raise ConfigError(writer.path, f"{keys} was changed meanwhile", "calibrate again")
    return writer.path


def _changes(report: DoorReport) -> dict[str, Value]:
    setting = report.answer
    if setting is None or not setting.promised:
        raise ConfigError(report.encoder.name, "there is no promise to be written", "see `kiosk calibrate`")
    matching, name = report.config.current.matching, report.encoder.name
    return {
        "matching.threshold": _with(matching.threshold, name, setting.threshold),
        "matching.margin": _with(matching.margin, name, report.margin),
        "matching.stranger_rate": report.asked,
        "decision.k": report.rule.k,
        "decision.n": report.rule.n,
    }


def _with(numbers: Mapping[str, float], encoder: str, number: float) -> dict[str, float]:
    """Return the numbers of all encoders that are named; a bare number is replaced."""
    named = {name: one for name, one in numbers.items() if name != ANY_ENCODER}
    return {**named, encoder: number}
