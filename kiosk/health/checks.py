"""The check of each part, for `kiosk doctor` and for the health page."""

import contextlib
import enum
import logging
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from kiosk.config import ConfigFile, MatchingSection
from kiosk.door.matching import (
    STRONGER_ENCODER,
    advice_for,
    matching_numbers,
    names_of_none,
    names_spelt_otherwise,
    threshold_remark,
    written,
)
from kiosk.encoders import EXPORTED, EncoderSpec, encoder_names
from kiosk.errors import KioskError
from kiosk.i18n import moment, number, shown, translate
from kiosk.names import printable
from kiosk.people.register import PeopleRegister
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.staff import Role, StaffRegister
from kiosk.store.journal import Journal

_log = logging.getLogger("kiosk.doctor")


class State(enum.Enum):
    """The severity of a finding."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        message: the result, in the language of the screen.
        remedy: what to do about it, or "".
        details: more lines.
        public: the result for a support request, in English, without names, paths and addresses.
        check: the part, such as "camera", the same in every language; set by `examine`.
    """

    state: State
    message: str
    remedy: str = ""
    details: tuple[str, ...] = ()
    public: str = ""
    check: str = ""


def examine(check: str, look: Callable[[], Finding]) -> Finding:
    """Return what `look` finds about the part `check`; a fault that it raises becomes a finding."""
    try:
        found = look()
    except KioskError as error:
        found = Finding(State.FAULT, f"{error.thing}: {error.reason}", error.remedy, public=type(error).__name__)
    except Exception as error:
        _log.debug("unforeseen in %s", check, exc_info=True)
        remedy, name = translate("health", "run again with --debug and report it"), type(error).__name__
        found = Finding(State.FAULT, f"{name}: {error}", remedy, public=name)
    return replace(found, check=check)


def of_fault(state: State, fault: str) -> Finding:
    """Return a finding from a fault as text, "thing: reason; remedy"."""
    message, _, remedy = fault.partition("; ")
    return Finding(state, message, remedy, public="says that something is wrong")


def _measured(
    check: str, value: float, limits: tuple[float, float], message: str, remedy: str, *, public: str
) -> Finding:
    """Return a finding about a value that should be above both limits, below which it is a warning and a fault."""
    state = State.FAULT if value <= limits[1] else State.WARNING if value <= limits[0] else State.OK
    return Finding(state, message, "" if state is State.OK else remedy, public=public, check=check)


MANY_PEOPLE = 50
_LITTLE_BYTES = 1_000_000_000, 100_000_000


def config_found(config: ConfigFile) -> Finding:
    """Return which configuration is in force."""
    if config.fault_found is not None:
        return of_fault(State.FAULT, config.fault_found)
    public = "built-in defaults" if config.path is None else "a file"
    if config.removed:
        told = translate("health", "{file}: these options were removed and are ignored: {options}")
        line = translate("health", "{option} (line {line})")
        options = ", ".join(line.format(option=one, line=one.line) for one in config.removed)
        remedy = translate("health", "delete them, or save a setting from the window")
        return Finding(State.WARNING, told.format(file=config.path, options=options), remedy, public=public)
    return Finding(State.OK, str(config.path or translate("health", "built-in defaults")), public=public)


def encoder_found(
    matching: MatchingSection, spec: EncoderSpec, own: Path, people: int | None, verified: str = ""
) -> Finding:
    """Return the encoder, and its threshold and margin for this number of people.

    `own` is the folder of the user's encoders; `verified` describes the file.
    """
    threshold, margin = matching_numbers(matching, spec, people or 0)
    chosen, _ = matching.numbers_for(spec.name)
    numbers = translate("health", "threshold {threshold}, margin {margin}")
    if people is None and chosen is None and spec.statistics is not None:
        numbers = translate("health", "threshold {threshold} at most, less with more people; margin {margin}")
    told = numbers.format(threshold=written(threshold), margin=written(margin))
    message = ", ".join(filter(None, (spec.name, verified, told)))
    public = f"{spec.name}, threshold {threshold:g}, margin {margin:g}"
    faults, remedies = [], []
    if unknown := ", ".join(names_of_none(matching, {*encoder_names(own), *EXPORTED})):
        faults.append(translate("health", "no encoder is called {names}").format(names=unknown))
    if misspelt := ", ".join(names_spelt_otherwise(matching, spec.name)):
        text = translate("health", "nothing counts for {names}, the encoder in use is called {encoder}")
        faults.append(text.format(names=misspelt, encoder=spec.name))
    if faults:
        remedies.append(translate("health", "mend the name under matching: `kiosk encoders` lists them"))
    if remark := threshold_remark(chosen, spec):
        faults.insert(0, remark)
        remedies.append(translate("health", "write `threshold: auto` under matching, or run `kiosk calibrate`"))
    state = State.WARNING if faults else State.OK
    return Finding(state, "; ".join([message, *faults]), "; ".join(remedies), public=public)


def gallery_found(folder: Path, snapshot: GallerySnapshot, encoder: str) -> Finding:
    """Return the number of people and pictures, and the pictures that cannot be used."""
    people, pictures, skipped = len(snapshot.people), len(snapshot.templates), len(snapshot.unused)
    text = translate("health", "{folder}: people {people}, pictures {pictures}, skipped {skipped}")
    message = text.format(folder=folder, people=people, pictures=pictures, skipped=skipped)
    remedies = []
    if not people:
        remedies.append(translate("health", "add pictures with `kiosk enrol NAME PICTURE`"))
    elif skipped:
        remedies.append(translate("health", "see `kiosk people` for the reasons"))
    if advice_for(encoder) and people >= MANY_PEOPLE:
        remedies.append(translate("health", STRONGER_ENCODER))
        message = translate("health", "{found}; that is many for {encoder}").format(found=message, encoder=encoder)
    details = tuple(f"{printable(one.source)}: {shown(one.reason)}" for one in snapshot.skipped)
    public = f"people {people}, pictures {pictures}, skipped {skipped}"
    state = State.WARNING if remedies else State.OK
    return Finding(state, message, "; ".join(remedies), details, public)


def voice_found(*, enabled: bool, fault: str | None) -> Finding:
    """Return whether the welcome can be heard."""
    if not enabled:
        message = translate("health", "is switched off in the configuration")
        return Finding(State.OK, message, public="switched off")
    if fault is None:
        return Finding(State.OK, translate("health", "speaks"), public="speaks")
    return of_fault(State.WARNING, fault.partition(": ")[2])


def journal_found(file: Path, journal: Journal, *, whole: bool = True) -> Finding:
    """Return that the journal can be written; raises JournalError if it cannot."""
    journal.check(whole=whole)
    message = translate("health", "{file} can be written").format(file=file)
    return Finding(State.OK, message, public="can be written")


def people_found(people: PeopleRegister) -> Finding:
    """Return how many people are described; raises PeopleError if the register cannot be read, and nobody is let in."""
    known = len(people.records())
    if people.fault is not None:
        return of_fault(State.FAULT, people.fault)
    message = translate("health", "%n people are described", "", known)
    return Finding(State.OK, message, public=f"{known} records")


def staff_found(staff: StaffRegister) -> Finding:
    """Return whether the staff can sign in; raises StaffError if the register cannot be read."""
    members = staff.members()
    message = translate("health", "%n members of staff have a PIN", "", len(members))
    public = f"{len(members)} members"
    if any(member.role is Role.INSTALLER for member in members):
        return Finding(State.OK, message, public=public)
    remedy = translate("health", "type: kiosk staff add NAME --role installer")
    if not members:
        return Finding(State.WARNING, translate("health", "nobody has a PIN"), remedy, public="no members")
    message = translate("health", "nobody of the staff may change settings")
    return Finding(State.WARNING, message, remedy, public=f"{public}, no installer")


def disk_found(file: Path) -> Finding:
    """Return the free disk space of the journal's folder."""
    folder = file.parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    remedy = translate("health", "make room: without it the journal stops, and the door stays shut")
    text = translate("health", "{gigabytes} GB free at {folder}")
    message = text.format(gigabytes=number(free / 1e9, 1), folder=folder)
    return _measured("disk", free, _LITTLE_BYTES, message, remedy, public=f"{free / 1e9:.1f} GB free")


def clock_found(journal: Journal) -> Finding:
    """Return whether the time of day can be right."""
    now, entries = datetime.now(UTC), []
    with contextlib.suppress(KioskError):  # the check of the journal shows that
        entries = journal.entries(1)
    last = entries[0].moment if entries else None
    told, public = moment(now), f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if last is not None and now < last:
        text = translate("health", "stands at {now}, before the journal's last entry of {last}")
        message = text.format(now=told, last=moment(last))
        remedy = translate("health", "set the clock; the journal would be out of order")
        return Finding(State.FAULT, message, remedy, public=f"{public}, before the journal's last entry")
    if _synchronised() is False:
        message = translate("health", "{now}, not synchronised").format(now=told)
        remedy = translate("health", "switch time synchronisation on: timedatectl set-ntp true")
        return Finding(State.WARNING, message, remedy, public=f"{public}, not synchronised")
    return Finding(State.OK, told, public=public)


def _synchronised() -> bool | None:
    """Return whether systemd says that the clock is synchronised, or None."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    try:
        asked = [program, "show", "--property=NTPSynchronized", "--value"]
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(answer.stdout.strip())


_PROC, _THERMAL = Path("/proc"), Path("/sys/class/thermal")
_LITTLE_MB = 400, 100
_WARM = 80.0, 95.0  # degrees Celsius: small computers slow down from about 80, and switch off above 100
_SANE = range(-40, 151)  # a sensor that is not connected gives any number


def memory_found(proc: Path = _PROC) -> Finding | None:
    """Return the used and the free memory, or None if the machine does not tell."""
    taken_mb = _megabytes(proc / "self" / "status", "VmRSS")
    left_mb = _megabytes(proc / "meminfo", "MemAvailable")
    if taken_mb is None or left_mb is None:
        return None
    text = translate("health", "the kiosk takes {taken} MB, {left} MB are free")
    remedy = translate("health", "close other programs, or start the machine again")
    message = text.format(taken=number(taken_mb), left=number(left_mb))
    public = f"{taken_mb:.0f} MB taken, {left_mb:.0f} MB free"
    return _measured("memory", left_mb, _LITTLE_MB, message, remedy, public=public)


def temperature_found(thermal: Path = _THERMAL) -> Finding | None:
    """Return the temperature of the hottest sensor, or None if the machine does not tell."""
    degrees = [each for each in map(_degrees, sorted(thermal.glob("thermal_zone*/temp"))) if each is not None]
    if not degrees:
        return None
    hottest = max(degrees)
    remedy = translate("health", "let air to the machine: dust, sun and a closed case make it hot")
    told = f"{hottest:.0f} °C"
    return _measured("temperature", -hottest, (-_WARM[0], -_WARM[1]), told, remedy, public=told)


def _megabytes(path: Path, name: str) -> float | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(f"{name}:"):
                return float(line.split()[1]) * 1.024 / 1000
    return None


def _degrees(path: Path) -> float | None:
    """Return the temperature of a zone, or None: some have no sensor."""
    try:
        degrees = int(path.read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None
    return degrees if round(degrees) in _SANE else None
