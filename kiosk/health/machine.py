"""What the machine says of itself: memory and temperature."""

import contextlib
from pathlib import Path

from kiosk.health.findings import Finding, State
from kiosk.i18n import number, translate

_PROC, _THERMAL = Path("/proc"), Path("/sys/class/thermal")
_LITTLE_MB, _LEAST_MB = 400, 100
_WARM, _HOT = 80.0, 95.0  # degrees Celsius: small computers slow down from about 80, and switch off above 100
_SANE = range(-40, 151)  # sensors that are not connected say anything


def memory_found(proc: Path = _PROC) -> Finding | None:
    """What the kiosk takes and what is left; None where the machine does not say."""
    taken = _kilobytes(proc / "self" / "status", "VmRSS")
    left = _kilobytes(proc / "meminfo", "MemAvailable")
    if taken is None or left is None:
        return None
    taken_mb, left_mb = taken / 1000, left / 1000
    state = State.FAULT if left_mb < _LEAST_MB else State.WARNING if left_mb < _LITTLE_MB else State.OK
    text = translate("health", "the kiosk takes {taken} MB, {left} MB are free")
    remedy = translate("health", "close other programs, or start the machine again")
    return Finding(
        "memory",
        state,
        text.format(taken=number(taken_mb), left=number(left_mb)),
        remedy if state is not State.OK else "",
        public=f"{taken_mb:.0f} MB taken, {left_mb:.0f} MB free",
    )


def temperature_found(thermal: Path = _THERMAL) -> Finding | None:
    """The hottest sensor; None where the machine does not say."""
    degrees = [each for each in map(_degrees, sorted(thermal.glob("thermal_zone*/temp"))) if each is not None]
    if not degrees:
        return None
    hottest = max(degrees)
    state = State.FAULT if hottest >= _HOT else State.WARNING if hottest >= _WARM else State.OK
    remedy = translate("health", "let air to the machine: dust, sun and a closed case make it hot")
    told = f"{hottest:.0f} °C"
    return Finding("temperature", state, told, remedy if state is not State.OK else "", public=told)


def _kilobytes(path: Path, name: str) -> float | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(f"{name}:"):
                return float(line.split()[1]) * 1.024
    return None


def _degrees(path: Path) -> float | None:
    """A zone may have no sensor behind it, or one that cannot be read now."""
    try:
        degrees = int(path.read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None
    return degrees if round(degrees) in _SANE else None
