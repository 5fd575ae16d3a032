"""Texts about people and their pictures."""

from collections.abc import Sequence
from datetime import date, datetime

from kiosk.domain import Rejection
from kiosk.gui.reception.dates import day_text
from kiosk.i18n import number, translate
from kiosk.people.erasure import ErasureReport
from kiosk.people.listing import PersonRow, PictureFacts, Quality
from kiosk.people.register import AccessStatus, PersonRecord
from kiosk.vision.quality import in_words

_NAMED = 3  # folders; a NAS may have one of its own in each


def quality_words(quality: Quality) -> str:
    """Return how good a person's pictures are."""
    return {
        Quality.GOOD: translate("people", "Good"),
        Quality.FEW: translate("people", "Few"),
        Quality.DIFFER: translate("people", "They differ"),
        Quality.NONE: translate("people", "None usable"),
    }[quality]


def quality_advice(quality: Quality) -> str:
    """Return what to do about the pictures."""
    return {
        Quality.GOOD: translate("people", "These pictures work well."),
        Quality.FEW: translate("people", "With three pictures or more, recognition is more reliable."),
        Quality.DIFFER: translate(
            "people", "One picture looks like somebody else. Remove it, or add more pictures that show the person."
        ),
        Quality.NONE: translate("people", "Without a usable picture, the door does not recognise this person."),
    }[quality]


def standing_words(standing: AccessStatus) -> str:
    """Return whether a person may enter."""
    return {
        AccessStatus.IN_FORCE: translate("people", "May enter"),
        AccessStatus.SUSPENDED: translate("people", "Suspended"),
        AccessStatus.NOT_YET_VALID: translate("people", "Not yet valid"),
        AccessStatus.EXPIRED: translate("people", "Expired"),
    }[standing]


def validity_words(record: PersonRecord) -> str:
    """Return the days between which a person may enter; "" = always."""
    first, last = record.valid_from, record.valid_until
    if first is not None and last is not None:
        return translate("people", "{first} to {last}").format(first=day_text(first), last=day_text(last))
    if first is not None:
        return translate("people", "From {day}").format(day=day_text(first))
    return translate("people", "Until {day}").format(day=day_text(last)) if last is not None else ""


def consent_words(record: PersonRecord) -> str:
    """Return whether a person has agreed."""
    return translate("people", "No consent") if record.consent is None else translate("people", "Consent given")


def seen_words(moment: datetime | None, today: date) -> str:
    """Return the day on which a person was last let in."""
    if moment is None:
        return translate("people", "Never")
    day = moment.astimezone().date()
    return translate("people", "Today") if day == today else day_text(day)


def group_and_seen_words(row: PersonRow, today: date) -> str:
    """Both in one line."""
    seen = translate("people", "Not seen yet")
    if row.last_seen is not None:
        seen = translate("people", "Seen {day}").format(day=seen_words(row.last_seen, today))
    # Kept apart from what is around it: it may be written from right to left.
    return f"\u2068{row.record.group}\u2069 · {seen}" if row.record.group else seen


def remark_words(remarks: Sequence[Rejection]) -> str:
    """Return what is unusual about a picture."""
    if not remarks:
        return translate("people", "Good picture")
    said = {
        Rejection.NO_FACE: translate("people", "No face found"),
        Rejection.TOO_SMALL: translate("people", "Small face"),
        Rejection.TOO_DARK: translate("people", "Dark"),
        Rejection.TOO_BRIGHT: translate("people", "Very bright"),
        Rejection.TOO_BLURRED: translate("people", "Blurred"),
        Rejection.OFF_POSE: translate("people", "Turned aside"),
    }
    return ", ".join(said.get(remark, in_words(remark)) for remark in remarks)


def unused_words(facts: PictureFacts) -> str:
    """Return why a picture is not used."""
    text = translate("people", "Not used: {reason}") if facts.reason else translate("people", "Not used yet")
    return text.format(reason=facts.reason)


def distance_words(facts: PictureFacts) -> str:
    """Return how well a picture fits the person's other ones."""
    if facts.distance is None:
        return ""
    text = translate("people", "Unlike the others: {distance}")
    if facts.fits:
        text = translate("people", "Fits the others: {distance}")
    return text.format(distance=number(facts.distance, 2))


def standing_sentence(row: PersonRow) -> str:
    """Return whether a person may enter, and until when, as a sentence."""
    record = row.record
    return {
        AccessStatus.IN_FORCE: translate("people", "The door opens for this person."),
        AccessStatus.SUSPENDED: translate("people", "Suspended. The door stays locked for this person."),
        AccessStatus.NOT_YET_VALID: translate("people", "The door opens for this person from {day} on.").format(
            day=day_text(record.valid_from) if record.valid_from else ""
        ),
        AccessStatus.EXPIRED: translate("people", "Expired on {day}. The door stays locked for this person.").format(
            day=day_text(record.valid_until) if record.valid_until else ""
        ),
    }[row.standing]


def consent_sentence(record: PersonRecord) -> str:
    """Return to what a person has agreed, and who recorded it."""
    consent = record.consent
    if consent is None:
        return translate(
            "people", "No consent is recorded. Ask the person to read the text and agree, or erase the pictures."
        )
    words = translate("people", "Agreed on {day} to version {version} of the text ({language}). Recorded by {staff}.")
    given_on = day_text(consent.given_at.astimezone().date())
    language = consent.language.upper()
    return words.format(day=given_on, version=consent.version, language=language, staff=consent.recorded_by)


def erasure_words(report: ErasureReport) -> list[str]:
    """Return what was removed, line by line."""
    return [
        translate("people", "%n pictures", "", report.pictures),
        translate("people", "%n files in recycle bins of the image folder", "", report.in_bins),
        translate("people", "%n stored templates", "", report.cached),
        translate("people", "%n records of name, data and consent", "", report.records),
        translate("people", "%n kept faces of visitors who look alike", "", report.visitors),
        translate("people", "%n lines of the journal, where {number} stands instead", "", report.journal_rows).format(
            number=report.number
        ),
    ]


def unsearched_words(folders: Sequence[str]) -> str:
    """Return which folders an erasure could not search; "" = none."""
    if not folders:
        return ""
    named = ", ".join(folders[:_NAMED]) + (", …" if len(folders) > _NAMED else "")
    text = translate("people", "Not searched: {folders}. Pictures of the person may be there: delete them by hand.")
    return text.format(folders=named)
