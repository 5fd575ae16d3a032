"""One door's station: each frame from the camera goes through recognition, decision and door, in that order."""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol, TypeAlias

from kiosk import i18n
from kiosk.config import Config, ConfigFile
from kiosk.config.options import Applies
from kiosk.config.schema import applies, changed_keys
from kiosk.domain import Decision, Frame, Observation, Outcome, Reason
from kiosk.door.controller import AccessController
from kiosk.door.decision import DecisionRule, RuleSettings
from kiosk.door.doors import ScreenDoor
from kiosk.door.greeting import Greeter, SpokenHints, compose
from kiosk.door.matching import advice_for, automatic_threshold, matching_numbers, threshold_remark
from kiosk.door.report import Report, Status, change_notice, slow_notice
from kiosk.door.visitor_keeping import VisitorKeeping
from kiosk.door.voice import Voice, voice_of
from kiosk.encoders import EncoderSpec
from kiosk.errors import ConfigError, JournalError, PeopleError, in_one_line
from kiosk.i18n import translate
from kiosk.people.capture import CaptureSession, CaptureState
from kiosk.people.folder import EMPTY
from kiosk.people.register import PeopleRegister, PersonRecord, today
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.pipeline import Recogniser
from kiosk.store.journal import Journal

_log = logging.getLogger("kiosk.capture")


class Capturing:
    """Used by the thread that recognises.

    Attributes:
        session: who has the pictures taken; None = nobody. It may be set between two frames.
    """

    def __init__(self) -> None:
        self.session: CaptureSession | None = None

    def look(self, frame: Frame, observation: Observation) -> tuple[CaptureState | None, Observation]:
        """How far the pictures are, and what the door is to judge. Never raises: a fault ends the session.

        Whoever stands there to be enrolled is not refused as a stranger; who is recognised is let in as always.
        """
        session = self.session
        if session is None:
            return None, observation
        try:
            state = session.update(frame, observation)
        except Exception as error:  # whatever it is, the door does not depend on it
            _log.exception("no picture could be taken")
            self.session = None
            return replace(session.state, fault=in_one_line(error)), observation
        faces = tuple(
            face
            for face in observation.faces
            if face.track != session.track or (face.identification is not None and face.identification.match)
        )
        return state, replace(observation, faces=faces)


class KnownPeople:
    """Answers for every frame, from what the last look at the register gave; used by one thread.

    While the register could never be read, nobody may enter: who is suspended is not known.
    """

    def __init__(self, register: PeopleRegister, day: Callable[[], date] = today) -> None:
        self._register = register
        self._day = day

    @property
    def fault(self) -> str | None:
        """Why the register cannot be read; None where it can."""
        return self._register.fault

    def refresh(self) -> None:
        """Takes over what changed; to be called about once a second."""
        self._register.refresh()

    def access_restriction(self, person: str) -> Reason | None:
        """Why somebody who is recognised may not enter all the same; None = nothing."""
        try:
            return self._register.access_status(person, self._day()).reason
        except PeopleError:
            return Reason.FAULT

    def shown(self, person: str) -> str:
        """The name as people read it."""
        return self._record(person).shown_name

    def spoken(self, person: str) -> str:
        """The name as people hear it."""
        return self._record(person).spoken_name

    def shown_in(self, decisions: Iterable[Decision]) -> dict[str, str]:
        """The names to be read of everybody whom the decisions name."""
        return {each.person: self.shown(each.person) for each in decisions if each.person is not None}

    def _record(self, person: str) -> PersonRecord:
        try:
            return self._register.known(person)
        except PeopleError:
            return PersonRecord(person)


class FrameClock:
    """The time of the newest frame: the clock of a recording that is read faster than it was made."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


_Stamp: TypeAlias = tuple[int, int, int] | None


class WatchedFiles:
    """Whether any of the files was replaced, written to or removed since the object was made."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._stamps = {path: _stamp(path) for path in paths}

    def changed(self) -> bool:
        """Looks again."""
        return any(_stamp(path) != before for path, before in self._stamps.items())


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


_CHECK_JOURNAL_SECONDS = 5.0
_log_station = logging.getLogger("kiosk")


class KeptGallery(Protocol):
    """The gallery as the station sees it: kept in force by somebody else."""

    @property
    def snapshot(self) -> GallerySnapshot: ...
    @property
    def fault(self) -> str | None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What a station is made of; it closes them."""

    recogniser: Recogniser
    gallery: KeptGallery
    journal: Journal
    people: PeopleRegister
    visitors: VisitorKeeping
    door: ScreenDoor
    voice: Voice
    encoder: EncoderSpec
    clock: Callable[[], float]  # the one of Frame.captured_at
    files: WatchedFiles  # those that encoder and detector came from


class Station:
    """Used by one thread, except for `door`, which any thread may look at.

    Attributes:
        door: whether it is unlocked, and for how long.
        status: what was found at the last refresh.
        outdated: another encoder or detector is to be used: close it and build another.
    """

    def __init__(self, config: ConfigFile, parts: Parts, *, silent: bool = False) -> None:
        self.door = parts.door
        self.outdated = False
        self._config = config
        self._parts = parts
        self._silent = silent
        self._people = KnownPeople(parts.people)
        self._rule = DecisionRule(access_restriction=self._people.access_restriction)
        self._controller = AccessController(
            parts.door, parts.journal, config.current.door.open_seconds, parts.encoder.name, clock=parts.clock
        )
        self._greeter = Greeter(parts.voice.say, config.current.voice.text)
        self._hints = SpokenHints(parts.voice.say)
        self._capturing = Capturing()
        self._inside: list[str] = []
        self._config_fault = config.fault_found
        self._door_fault: str | None = None  # until it opens again
        self._journal_fault = self._look_at_journal(whole=True)
        self._journal_checked_at = time.monotonic()
        self._gallery_notice = ""
        self._remark = ""
        self._background = 0
        self._apply(config.current)
        self.status = Status(0, 0, ())
        self.refresh()

    @property
    def snapshot(self) -> GallerySnapshot:
        """Who is in force now; for any thread."""
        return self._parts.gallery.snapshot

    @property
    def threshold(self) -> float:
        """The largest distance at which a face is somebody; for any thread."""
        return self._parts.recogniser.threshold

    @property
    def margin(self) -> float:
        """By how much the next best person must be farther; for any thread."""
        return self._parts.recogniser.margin

    @property
    def automatic_threshold(self) -> float:
        """The threshold of so many people as are in force, where nobody sets another; for any thread."""
        people = len(self._parts.recogniser.gallery.people)
        return automatic_threshold(self._parts.encoder, people, self._config.current.matching.stranger_rate)

    @property
    def encoder(self) -> EncoderSpec:
        """Whose distances are compared; for any thread."""
        return self._parts.encoder

    @property
    def voice_fault(self) -> str | None:
        """What went wrong with the last sentence; for any thread."""
        return self._parts.voice.fault

    @property
    def capture(self) -> CaptureSession | None:
        """Whose pictures are taken beside the door's work; None = nobody's."""
        return self._capturing.session

    @capture.setter
    def capture(self, session: CaptureSession | None) -> None:
        self._capturing.session = session

    def process(self, frame: Frame) -> Report:
        """What the frame shows and what is done about it. Whatever it raises, the door was not opened by it."""
        if isinstance(self._parts.clock, FrameClock):
            self._parts.clock.now = frame.captured_at
        # With every frame, so that nobody is let in who was deleted a moment ago.
        self._take_over_gallery()
        capture, observation = self._capturing.look(frame, self._parts.recogniser.observe(frame))
        self._background = len(observation.background)
        stages = self._parts.recogniser.clock
        with stages.stage("decide"):
            decisions = tuple(self._carry_out(decision) for decision in self._rule.update(observation))
            # Whose pictures are taken has every frame looked at.
            self._parts.recogniser.resting = self._rule.settled if self.capture is None else frozenset()
            self._greeter.tick(frame.captured_at)
            self._hints.update(observation, decisions, frame.captured_at)
        settled = tuple(decision for decision in decisions if decision.outcome is not Outcome.PENDING)
        self._parts.visitors.update(frame, observation, settled, self._parts.recogniser.probe)
        shown = self._people.shown_in(decisions)
        return Report(observation, decisions, settled, self._welcome(), dict(stages.seconds), shown, capture)

    def refresh(self) -> Status:
        """Takes over what changed in gallery and configuration; to be called about once a second."""
        config_notice = self._take_over_config()
        self.outdated = self.outdated or self._parts.files.changed()
        self._take_over_gallery()
        self._people.refresh()
        self._parts.visitors.purge()
        self._check_journal()
        # Each time: the window may take over another language a little later than the station.
        self._parts.voice.voice = self._config.current.voice.name or voice_of(i18n.language())
        snapshot = self._parts.gallery.snapshot
        parts = (self._people, self._parts.visitors, self._parts.gallery)
        faults = (self._door_fault, self._journal_fault, self._config_fault, *(part.fault for part in parts))
        self.status = Status(
            people=len(snapshot.people),
            skipped=sum(not skipped.settling and skipped.reason != EMPTY for skipped in snapshot.unused),
            faults=tuple(fault for fault in faults if fault is not None),
            notice=" ".join(filter(None, (config_notice, self._gallery_notice))),
            advice=advice_for(self._parts.encoder.name),
            slow=self._slow_notice(),
            background=self._background,
        )
        self._gallery_notice = ""
        return self.status

    def say(self, text: str) -> None:
        """Speaks for the staff to hear."""
        self._parts.voice.say(text)

    def test_door(self, staff: str) -> Decision:
        """Has the door open for the staff to see, on the way that everybody takes who is let in."""
        done = self._controller.test(staff)
        self._journal_fault = self._look_at_journal() if done.fault else None
        self._door_fault = None if self._journal_fault else done.fault
        return done

    def close(self) -> None:
        """Locks the door and lets everything go, within about two seconds."""
        parts = self._parts
        with ExitStack() as stack:  # the last one first, and each whatever another one raises
            for part in (parts.visitors, parts.journal, parts.gallery, parts.voice, parts.door):
                stack.callback(part.close)

    def _carry_out(self, decision: Decision) -> Decision:
        refused_by_fault = decision.reason is Reason.FAULT
        if refused_by_fault:
            decision = replace(decision, fault=self._people.fault)
        done = self._controller.act(decision)
        if decision.outcome is Outcome.PENDING:
            return done
        if done.reason is Reason.FAULT:
            self._journal_fault = self._look_at_journal()
            if not refused_by_fault:
                self._door_fault = self._door_fault if self._journal_fault else done.fault
                self._rule.revoke(decision, done)
        elif done.outcome is Outcome.GRANTED and done.person is not None:
            self._door_fault = self._journal_fault = None
            self._let_in(done.person, greet=done.greet, now=done.decided_at)
        return done

    def _let_in(self, person: str, *, greet: bool, now: float) -> None:
        if person not in self._inside:
            self._inside.append(person)
        if greet:
            self._greeter.welcome(self._people.spoken(person), now)

    def _welcome(self) -> str:
        """The greeting of everybody for whom the door stands open."""
        if not self.door.unlocked:
            self._inside.clear()
        if not self._inside:
            return ""
        return compose(self._config.current.voice.text, [self._people.shown(person) for person in self._inside])

    def _take_over_config(self) -> str:
        before = self._config.current
        try:
            changed = self._config.changed()
        except ConfigError:
            changed = None
        self._config_fault = self._config.fault_found
        if changed is None:
            return ""
        if any(applies(key) is Applies.RELOAD for key in changed_keys(before, changed)):
            self.outdated = True
        self._apply(changed)
        # One that is outdated cannot tell yet what will be in force.
        return "" if self.outdated else change_notice(before, changed)

    def _apply(self, config: Config) -> None:
        decision, voice = config.decision, config.voice
        self._take_numbers(config)
        self._rule.configure(RuleSettings(**decision.model_dump()))
        self._rule.restart_counts()
        self._controller.open_seconds = config.door.open_seconds
        self._greeter.template = voice.text
        self._parts.visitors.hours = config.reception.keep_refused_hours
        self._parts.voice.enabled = voice.enabled and not self._silent
        self._parts.voice.rate_words_per_minute = voice.words_per_minute
        self._parts.voice.volume = voice.volume
        self._hints.enabled = voice.hints

    def _take_numbers(self, config: Config) -> None:
        recogniser = self._parts.recogniser
        people = len(recogniser.gallery.people)
        recogniser.threshold, recogniser.margin = matching_numbers(config, self._parts.encoder, people)
        chosen, _ = config.matching.numbers_for(self._parts.encoder.name)
        remark = threshold_remark(chosen, self._parts.encoder)
        if remark and remark != self._remark:
            _log_station.warning("matching.threshold: %s", remark)
        self._remark = remark

    def _slow_notice(self) -> str:
        notice = slow_notice(self._rule.settings.k, self._parts.recogniser.interval_seconds)
        if notice and not self.status.slow:
            _log_station.warning("%s", notice)
        return notice

    def _take_over_gallery(self) -> None:
        snapshot = self._parts.gallery.snapshot
        before = self._parts.recogniser.gallery
        if snapshot is before:
            return
        self._people.refresh()  # first: whoever comes in with it may be suspended
        self._parts.recogniser.gallery = snapshot
        self._take_numbers(self._config.current)
        if isinstance(before, GallerySnapshot) and before.templates == snapshot.templates:
            return
        self._rule.restart_counts()
        self._rule.forget_refusals()
        self._gallery_notice = translate("door", "The gallery has changed and is in force.")

    def _check_journal(self) -> None:
        """While it is at fault, so that the screen tells when it is mended, before somebody stands there."""
        waited = time.monotonic() - self._journal_checked_at
        if self._journal_fault is not None and waited >= _CHECK_JOURNAL_SECONDS:
            self._journal_checked_at = time.monotonic()
            self._journal_fault = self._look_at_journal()

    def _look_at_journal(self, *, whole: bool = False) -> str | None:
        try:
            self._parts.journal.check(whole=whole)
        except JournalError as error:
            return str(error)
        return None
