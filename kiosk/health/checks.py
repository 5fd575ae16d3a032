"""What is to be said of each part, by `kiosk doctor` and by the running kiosk alike."""

import enum
import logging
import shutil
import subprocess
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kiosk.config import Config, ConfigFile
from kiosk.door.matching import (
    STRONGER_ENCODER,
    advice_for,
    matching_numbers,
    names_of_none,
    names_spelt_otherwise,
    threshold_remark,
    written,
)
from kiosk.encoders import EncoderSpec
from kiosk.errors import KioskError
from kiosk.i18n import moment, number, shown, translate
from kiosk.people.register import PeopleRegister
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.staff import Role, StaffRegister
from kiosk.store.journal import Journal
from kiosk.vision.pictures import printable

_log = logging.getLogger("kiosk.doctor")


class State(enum.Enum):
    """How serious a finding is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    Attributes:
        check: the part that was looked at, such as "camera"; the same in every language.
        message: what was found, in the language of the screen.
        remedy: what to do about it; empty where all is well.
        details: further lines for who wants to know exactly.
        public: what of it may be told to strangers, in English: no names, paths or addresses.
    """

    check: str
    state: State
    message: str
    remedy: str = ""
    details: tuple[str, ...] = ()
    public: str = ""


def examine(check: str, look: Callable[[], Finding]) -> Finding:
    """What `look` finds; a fault that it raises is a finding too."""
    try:
        return look()
    except KioskError as error:
        message = f"{error.thing}: {error.reason}"
        return Finding(check, State.FAULT, message, error.remedy, public=type(error).__name__)
    except Exception as error:
        _log.debug("unforeseen in %s", check, exc_info=True)
        remedy = translate("health", "run again with --debug and report it")
        return Finding(check, State.FAULT, f"{type(error).__name__}: {error}", remedy, public=type(error).__name__)


def of_fault(check: str, state: State, fault: str) -> Finding:
    """A finding from what a part says of itself, "thing: reason; remedy"."""
    message, _, remedy = fault.partition("; ")
    return Finding(check, state, message, remedy, public="says that something is wrong")


MANY_PEOPLE = 50
_LITTLE_BYTES, _LEAST_BYTES = 1_000_000_000, 100_000_000


def config_found(config: ConfigFile) -> Finding:
    """Which configuration is in force."""
    if config.fault_found is not None:
        return of_fault("config", State.FAULT, config.fault_found)
    public = "built-in defaults" if config.path is None else "a file"
    if config.removed:
        told = translate("health", "{file}: these options were removed and are ignored: {options}")
        line = translate("health", "{option} (line {line})")
        options = ", ".join(line.format(option=one, line=one.line) for one in config.removed)
        remedy = translate("health", "delete them, or save a setting from the window")
        return Finding("config", State.WARNING, told.format(file=config.path, options=options), remedy, public=public)
    return Finding("config", State.OK, str(config.path or translate("health", "built-in defaults")), public=public)


def encoder_found(
    config: Config, spec: EncoderSpec, known: Collection[str], people: int | None, verified: str = ""
) -> Finding:
    """Return the encoder with its numbers for so many people; `verified` says what was found out about its file."""
    threshold, margin = matching_numbers(config, spec, people or 0)
    chosen, _ = config.matching.numbers_for(spec.name)
    numbers = translate("health", "threshold {threshold}, margin {margin}")
    if people is None and chosen is None and spec.statistics is not None:
        numbers = translate("health", "threshold {threshold} at most, less with more people; margin {margin}")
    told = numbers.format(threshold=written(threshold), margin=written(margin))
    message = ", ".join(filter(None, (spec.name, verified, told)))
    public = f"{spec.name}, threshold {threshold:g}, margin {margin:g}"
    unused = _unused_numbers(config, spec.name, known)
    remark = threshold_remark(chosen, spec)
    remedies = []
    if unused:
        remedies.append(translate("health", "mend the name under matching: `kiosk encoders` lists them"))
    if remark:
        remedies.append(translate("health", "write `threshold: auto` under matching, or run `kiosk calibrate`"))
    faults = [remark] * bool(remark) + unused
    state = State.WARNING if faults else State.OK
    return Finding("encoder", state, "; ".join([message, *faults]), "; ".join(remedies), public=public)


def _unused_numbers(config: Config, encoder: str, known: Collection[str]) -> list[str]:
    """Return what is to be said of names under matching: a threshold that is never used looks like one that is."""
    none = ", ".join(names_of_none(config, known))
    other = ", ".join(names_spelt_otherwise(config, encoder))
    of_none = translate("health", "no encoder is called {names}")
    otherwise = translate("health", "nothing counts for {names}, the encoder in use is called {encoder}")
    return [
        *([of_none.format(names=none)] if none else []),
        *([otherwise.format(names=other, encoder=encoder)] if other else []),
    ]


def gallery_found(folder: Path, snapshot: GallerySnapshot, encoder: str) -> Finding:
    """How many people there are, and which pictures are of no use."""
    counts = len(snapshot.people), len(snapshot.templates), len(snapshot.unused)
    text = translate("health", "{folder}: people {people}, pictures {pictures}, skipped {skipped}")
    message = text.format(folder=folder, people=counts[0], pictures=counts[1], skipped=counts[2])
    state, remedies = State.OK, []
    if not snapshot.people:
        state = State.WARNING
        remedies.append(translate("health", "add pictures with `kiosk enrol NAME PICTURE`"))
    elif snapshot.unused:
        state = State.WARNING
        remedies.append(translate("health", "see `kiosk people` for the reasons"))
    if advice_for(encoder) and len(snapshot.people) >= MANY_PEOPLE:
        state = State.WARNING
        remedies.append(translate("health", STRONGER_ENCODER))
        message = translate("health", "{found}; that is many for {encoder}").format(found=message, encoder=encoder)
    details = tuple(f"{printable(skipped.source)}: {shown(skipped.reason)}" for skipped in snapshot.skipped)
    public = "people {}, pictures {}, skipped {}".format(*counts)
    return Finding("gallery", state, message, "; ".join(remedies), details, public)


def voice_found(*, enabled: bool, fault: str | None) -> Finding:
    """Whether the welcome can be heard."""
    if not enabled:
        message = translate("health", "is switched off in the configuration")
        return Finding("voice", State.OK, message, public="switched off")
    if fault is None:
        return Finding("voice", State.OK, translate("health", "speaks"), public="speaks")
    return of_fault("voice", State.WARNING, fault.partition(": ")[2])


def journal_found(file: Path, journal: Journal, *, whole: bool = True) -> Finding:
    """Whether decisions can be written down; raises JournalError where they cannot."""
    journal.check(whole=whole)
    message = translate("health", "{file} can be written").format(file=file)
    return Finding("journal", State.OK, message, public="can be written")


def people_found(people: PeopleRegister) -> Finding:
    """Whether it is known who is suspended; raises PeopleError where it is not, and nobody is let in."""
    known = len(people.records())
    if people.fault is not None:
        return of_fault("people", State.FAULT, people.fault)
    message = translate("health", "%n people are described", "", known)
    return Finding("people", State.OK, message, public=f"{known} records")


def staff_found(staff: StaffRegister) -> Finding:
    """Whether somebody can come to the staff side; raises StaffError where the register cannot be read."""
    members = staff.members()
    message = translate("health", "%n members of staff have a PIN", "", len(members))
    public = f"{len(members)} members"
    if any(member.role is Role.INSTALLER for member in members):
        return Finding("staff", State.OK, message, public=public)
    remedy = translate("health", "type: kiosk staff add NAME --role installer")
    if not members:
        return Finding("staff", State.WARNING, translate("health", "nobody has a PIN"), remedy, public="no members")
    message = translate("health", "nobody of the staff may change settings")
    return Finding("staff", State.WARNING, message, remedy, public=f"{public}, no installer")


def disk_found(file: Path) -> Finding:
    """The room that is left where the journal lies."""
    folder = file.parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    state = State.FAULT if free < _LEAST_BYTES else State.WARNING if free < _LITTLE_BYTES else State.OK
    remedy = translate("health", "make room: without it the journal stops, and the door stays shut")
    message = translate("health", "{gigabytes} GB free at {folder}").format(
        gigabytes=number(free / 1e9, 1), folder=folder
    )
    return Finding("disk", state, message, remedy if state is not State.OK else "", public=f"{free / 1e9:.1f} GB free")


def clock_found(journal: Journal) -> Finding:
    """Whether the time of day can be right."""
    now, last = datetime.now(UTC), _last_entry(journal)
    told, public = moment(now), f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if last is not None and now < last:
        text = translate("health", "stands at {now}, before the journal's last entry of {last}")
        message = text.format(now=told, last=moment(last))
        remedy = translate("health", "set the clock; the journal would be out of order")
        return Finding("clock", State.FAULT, message, remedy, public=f"{public}, before the journal's last entry")
    if _synchronised() is False:
        message = translate("health", "{now}, not synchronised").format(now=told)
        remedy = translate("health", "switch time synchronisation on: timedatectl set-ntp true")
        return Finding("clock", State.WARNING, message, remedy, public=f"{public}, not synchronised")
    return Finding("clock", State.OK, told, public=public)


def _last_entry(journal: Journal) -> datetime | None:
    try:
        entries = journal.entries(1)
    except KioskError:
        return None  # the journal's own line tells that
    return datetime.fromisoformat(entries[0].time) if entries else None


def _synchronised() -> bool | None:
    """What systemd says of the clock; None where it says nothing."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    try:
        asked = [program, "show", "--property=NTPSynchronized", "--value"]
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(answer.stdout.strip())
