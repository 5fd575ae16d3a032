"""One door's station: each frame goes through recognition, decision and door, in that order."""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace

from kiosk import i18n
from kiosk.config import Config, ConfigFile
from kiosk.config.options import Applies
from kiosk.config.schema import changed_keys, values
from kiosk.domain import Decision, Frame, Observation, Outcome, Reason
from kiosk.door.controller import AccessController
from kiosk.door.decision import DecisionRule
from kiosk.door.doors import ScreenDoor
from kiosk.door.greeting import Greeter, SpokenHints, compose
from kiosk.door.matching import advice_for, automatic_threshold, matching_numbers, threshold_remark
from kiosk.door.report import Report, Status, change_notice, slow_notice
from kiosk.door.visitor_keeping import VisitorKeeping
from kiosk.door.voice import Voice, voice_of
from kiosk.encoders import EncoderSpec
from kiosk.errors import JournalError, PeopleError, in_one_line
from kiosk.files import Stamps, stamps
from kiosk.i18n import translate
from kiosk.people.capture import CaptureSession, CaptureState
from kiosk.people.folder import EMPTY
from kiosk.people.gallery import GalleryWatch
from kiosk.people.register import PeopleRegister, PersonRecord, today
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.templates import EncodePicture
from kiosk.recognition.pipeline import Recogniser
from kiosk.store.journal import Journal

_CHECK_JOURNAL_SECONDS = 5.0
_log = logging.getLogger("kiosk")


def faces_to_decide(observation: Observation, session: CaptureSession) -> Observation:
    """Return the observation without the person whose pictures are taken, who is no stranger.

    A person who is recognised is let in as always.
    """
    faces = tuple(
        face
        for face in observation.faces
        if face.track != session.track or (face.identification is not None and face.identification.match)
    )
    return replace(observation, faces=faces)


class FrameClock:
    """The time of the newest frame: the clock of a recording that is read faster than it was made."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a station, which closes them."""

    recogniser: Recogniser
    encode_picture: EncodePicture  # of enrolment; the staff side has another one, which the door never waits for
    gallery: GalleryWatch
    journal: Journal
    people: PeopleRegister
    visitors: VisitorKeeping
    door: ScreenDoor
    voice: Voice
    encoder: EncoderSpec
    clock: Callable[[], float]  # the one of Frame.captured_at
    files: Stamps  # of encoder and detector, before they were loaded


class Station:
    """Recognises people at one door and lets them in; used by one thread, except for what is said to be for any.

    Attributes:
        door: the door; any thread may look at it.
        voice: speaks welcomes and hints; for any thread.
        encoder: the spec of the encoder; for any thread.
        capture: the session in which pictures of a person are taken, or None; set it between two frames.
        status: the result of the last refresh.
        outdated: another encoder or detector is to be used: close this station and build another one.
    """

    def __init__(self, config: ConfigFile, parts: Parts, *, silent: bool = False) -> None:
        self.door = parts.door
        self.voice = parts.voice
        self.encoder = parts.encoder
        self.capture: CaptureSession | None = None
        self.outdated = False
        self._config = config
        self._parts = parts
        self._silent = silent
        self._rule = DecisionRule(access_restriction=self._access_restriction)
        self._controller = AccessController(
            parts.door, parts.journal, config.current.door.open_seconds, parts.encoder.name, clock=parts.clock
        )
        self._greeter = Greeter(parts.voice.say, config.current.voice.text)
        self._hints = SpokenHints(parts.voice.say)
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
        """Return the people in force; for any thread."""
        return self._parts.gallery.snapshot

    @property
    def threshold(self) -> float:
        """Return the largest distance at which a face is accepted; for any thread."""
        return self._parts.recogniser.threshold

    @property
    def margin(self) -> float:
        """Return how much farther the second-best person must be; for any thread."""
        return self._parts.recogniser.margin

    @property
    def automatic_threshold(self) -> float:
        """Return the threshold for the present number of people, if the user sets none; for any thread."""
        people = len(self._parts.recogniser.gallery.people)
        return automatic_threshold(self.encoder, people, self._config.current.matching.stranger_rate)

    def process(self, frame: Frame) -> Report:
        """Recognise the faces of a frame, decide and act. If this raises, the frame has not opened the door."""
        if isinstance(self._parts.clock, FrameClock):
            self._parts.clock.now = frame.captured_at
        # With every frame: a person who was deleted a moment ago must not get in.
        self._take_over_gallery()
        capture, observation = self._take_picture(frame, self._parts.recogniser.observe(frame))
        self._background = len(observation.background)
        stages = self._parts.recogniser.clock
        with stages.stage("decide"):
            decisions = tuple(self._carry_out(decision) for decision in self._rule.update(observation))
            # While pictures are taken, every frame is compared.
            self._parts.recogniser.resting = self._rule.settled if self.capture is None else frozenset()
            self._greeter.tick(frame.captured_at)
            self._hints.update(observation, decisions, frame.captured_at)
        settled = tuple(decision for decision in decisions if decision.outcome is not Outcome.PENDING)
        self._parts.visitors.update(frame, observation, settled, self._parts.recogniser.probe)
        shown = {each.person: self._record(each.person).shown_name for each in decisions if each.person is not None}
        return Report(observation, decisions, settled, self._welcome(), dict(stages.seconds), shown, capture)

    def refresh(self) -> Status:
        """Take over a changed gallery and configuration; call this about once a second."""
        config_notice = self._take_over_config()
        self.outdated = self.outdated or stamps(self._parts.files) != self._parts.files
        self._take_over_gallery()
        self._parts.people.refresh()
        self._parts.visitors.purge()
        # A journal that has a fault is checked again, so that the screen shows when it works.
        if self._journal_fault is not None and time.monotonic() - self._journal_checked_at >= _CHECK_JOURNAL_SECONDS:
            self._journal_checked_at = time.monotonic()
            self._journal_fault = self._look_at_journal()
        # Each time: the window may take over another language a little later than the station.
        self.voice.voice = self._config.current.voice.name or voice_of(i18n.language())
        slow = slow_notice(self._rule.settings.k, self._parts.recogniser.interval_seconds)
        if slow and not self.status.slow:
            _log.warning("%s", slow)
        snapshot = self.snapshot
        parts = (self._parts.people, self._parts.visitors, self._parts.gallery)
        faults = (self._door_fault, self._journal_fault, self._config_fault, *(part.fault for part in parts))
        self.status = Status(
            people=len(snapshot.people),
            skipped=sum(not skipped.settling and skipped.reason != EMPTY for skipped in snapshot.unused),
            faults=tuple(fault for fault in faults if fault is not None),
            notice=" ".join(filter(None, (config_notice, self._gallery_notice))),
            advice=advice_for(self.encoder.name),
            slow=slow,
            background=self._background,
        )
        self._gallery_notice = ""
        return self.status

    def test_door(self, staff: str) -> Decision:
        """Open the door for the staff, in the same way as for a person who is let in."""
        done = self._controller.test(staff)
        self._journal_fault = self._look_at_journal() if done.fault else None
        self._door_fault = None if self._journal_fault else done.fault
        return done

    def close(self) -> None:
        """Lock the door and close every part, within about two seconds."""
        parts = self._parts
        with ExitStack() as stack:  # the last one first; each is closed even if another one raises
            for part in (parts.visitors, parts.journal, parts.gallery, parts.voice, parts.door):
                stack.callback(part.close)

    def _take_picture(self, frame: Frame, observation: Observation) -> tuple[CaptureState | None, Observation]:
        """Return the state of the capture, and the faces that the door decides about. A fault ends the capture."""
        session = self.capture
        if session is None:
            return None, observation
        try:
            return session.update(frame, observation, self._parts.encode_picture), faces_to_decide(observation, session)
        except Exception as error:  # the door must not depend on it
            _log.exception("no picture could be taken")
            self.capture = None
            return replace(session.state, fault=in_one_line(error)), observation

    def _carry_out(self, decision: Decision) -> Decision:
        refused_by_fault = decision.reason is Reason.FAULT  # the register could not be read
        if refused_by_fault:
            decision = replace(decision, fault=self._parts.people.fault)
        done = self._controller.act(decision)
        if decision.outcome is Outcome.PENDING:
            return done
        if done.reason is Reason.FAULT:
            self._journal_fault = self._look_at_journal()
            if not refused_by_fault:
                if self._journal_fault is None:
                    self._door_fault = done.fault
                self._rule.revoke(decision, done)
        elif done.outcome is Outcome.GRANTED and done.person is not None:
            self._door_fault = self._journal_fault = None
            if done.person not in self._inside:
                self._inside.append(done.person)
            if done.greet:
                self._greeter.welcome(self._record(done.person).spoken_name, done.decided_at)
        return done

    def _welcome(self) -> str:
        """Return the greeting of the people for whom the door is open."""
        if not self.door.unlocked:
            self._inside.clear()
        if not self._inside:
            return ""
        return compose(self._config.current.voice.text, [self._record(person).shown_name for person in self._inside])

    def _access_restriction(self, person: str) -> Reason | None:
        try:
            return self._parts.people.known(person).access_status(today()).reason
        except PeopleError:  # the register was never read: suspended people are not known
            return Reason.FAULT

    def _record(self, person: str) -> PersonRecord:
        try:
            return self._parts.people.known(person)
        except PeopleError:
            return PersonRecord(person)

    def _take_over_config(self) -> str:
        before = self._config.current
        changed = self._config.changed()
        self._config_fault = self._config.fault_found
        if changed is None:
            return ""
        if changed_keys(values(before), values(changed), Applies.RELOAD):
            self.outdated = True
        self._apply(changed)
        # A station that is outdated does not know yet what will be in force.
        return "" if self.outdated else change_notice(before, changed)

    def _apply(self, config: Config) -> None:
        voice = config.voice
        self._take_numbers(config)
        self._rule.configure(config.decision)
        self._controller.open_seconds = config.door.open_seconds
        self._greeter.template = voice.text
        self._parts.visitors.hours = config.reception.keep_refused_hours
        self.voice.enabled = voice.enabled and not self._silent
        self.voice.rate_words_per_minute = voice.words_per_minute
        self.voice.volume = voice.volume
        self._hints.enabled = voice.hints

    def _take_numbers(self, config: Config) -> None:
        recogniser = self._parts.recogniser
        people = len(recogniser.gallery.people)
        recogniser.threshold, recogniser.margin = matching_numbers(config.matching, self.encoder, people)
        chosen, _ = config.matching.numbers_for(self.encoder.name)
        remark = threshold_remark(chosen, self.encoder)
        if remark and remark != self._remark:
            _log.warning("matching.threshold: %s", remark)
        self._remark = remark

    def _take_over_gallery(self) -> None:
        snapshot = self._parts.gallery.snapshot
        before = self._parts.recogniser.gallery
        if snapshot is before:
            return
        self._parts.people.refresh()  # first: a new person may be suspended
        self._parts.recogniser.gallery = snapshot
        self._take_numbers(self._config.current)
        if isinstance(before, GallerySnapshot) and before.templates == snapshot.templates:
            return
        self._rule.compare_again()
        self._gallery_notice = translate("door", "The gallery has changed and is in force.")

    def _look_at_journal(self, *, whole: bool = False) -> str | None:
        try:
            self._parts.journal.check(whole=whole)
        except JournalError as error:
            return str(error)
        return None
