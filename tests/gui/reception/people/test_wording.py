from datetime import UTC, date, datetime, timedelta

import pytest
from PyQt6.QtCore import QLocale

from kiosk.domain import Rejection
from kiosk.gui.reception.people import wording
from kiosk.gui.reception.people.rows import PersonRow, PictureFacts, Quality
from kiosk.people.erasure import ErasureReport
from kiosk.people.register import Consent, PersonRecord, Standing

DAY = date(2026, 12, 31)


@pytest.fixture(autouse=True)
def german():
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    yield
    QLocale.setDefault(before)


def row(record: PersonRecord, standing: Standing = Standing.IN_FORCE, seen: datetime | None = None) -> PersonRow:
    return PersonRow("ada", "Ada", record, (), Quality.FEW, standing, seen, "")


def test_days_are_written_as_they_are_here():
    assert wording.day_words(DAY) == "31.12.26"
    assert wording.validity_words(PersonRecord("Ada", valid_from=DAY)) == "From 31.12.26"
    assert wording.validity_words(PersonRecord("Ada", valid_until=DAY)) == "Until 31.12.26"
    assert wording.validity_words(PersonRecord("Ada", valid_from=DAY, valid_until=DAY)) == "31.12.26 to 31.12.26"
    assert wording.validity_words(PersonRecord("Ada")) == ""


def test_the_last_visit_is_today_a_day_or_never():
    now = datetime.now(UTC)
    today = now.astimezone().date()
    assert wording.seen_words(None, today) == "Never"
    assert wording.seen_words(now, today) == "Today"
    assert wording.seen_words(datetime(2026, 12, 31, 12, tzinfo=UTC), today - timedelta(days=999)) == "31.12.26"
    assert wording.time_words(None) == ""
    assert ":" in wording.time_words(now)


def test_a_group_from_right_to_left_does_not_mix_with_the_day():
    seen = datetime(2026, 12, 31, 12, tzinfo=UTC)
    assert wording.group_and_seen_words(row(PersonRecord("Ada", group="לאה"), seen=seen), DAY - timedelta(1)) == (
        "\u2068לאה\u2069 · Seen 31.12.26"
    )
    assert wording.group_and_seen_words(row(PersonRecord("Ada")), DAY) == "Not seen yet"


def test_every_standing_and_quality_has_words():
    record = PersonRecord("Ada", valid_from=DAY, valid_until=DAY)
    sentences = {wording.standing_sentence(row(record, standing)) for standing in Standing}
    assert len(sentences) == len({wording.standing_words(one) for one in Standing}) == len(Standing)
    assert len({wording.quality_words(one) + wording.quality_advice(one) for one in Quality}) == len(Quality)


def test_a_consent_is_told_with_day_version_and_who_recorded_it():
    consent = Consent(datetime(2026, 12, 31, 12, tzinfo=UTC), "2", "ab", "de", "Eve")
    sentence = wording.consent_sentence(PersonRecord("Ada", consent=consent))
    assert all(part in sentence for part in ("31.12.26", "version 2", "DE", "Eve"))
    assert "No consent" in wording.consent_sentence(PersonRecord("Ada"))


def test_pictures_are_told_in_words():
    assert wording.remark_words(()) == "Good picture"
    assert wording.remark_words((Rejection.TOO_DARK, Rejection.TOO_SMALL)) == "Dark, Small face"
    assert all(wording.remark_words((one,)) for one in Rejection)
    assert wording.distance_words(PictureFacts("a", used=True, distance=0.31)) == "Fits the others: 0,31"
    assert wording.distance_words(PictureFacts("a", used=True, distance=0.5, fits=False)).startswith("Unlike")
    assert wording.distance_words(PictureFacts("a", used=True)) == ""
    assert wording.unused_words(PictureFacts("a", used=False, reason="no face found")) == "Not used: no face found"
    assert wording.unused_words(PictureFacts("a", used=False)) == "Not used yet"


def test_an_erasure_is_told_line_by_line():
    lines = wording.erasure_words(ErasureReport("#00000007", 5, 4, 3, 2, 1, in_bins=6))
    assert [line.split()[0] for line in lines] == ["5", "6", "4", "1", "3", "2"]
    assert "#00000007" in lines[-1]


def test_what_an_erasure_could_not_search_is_named():
    assert wording.unsearched_words(()) == ""
    assert "#snapshot, lost+found." in wording.unsearched_words(("#snapshot", "lost+found"))
    assert "a, b, c, …" in wording.unsearched_words(("a", "b", "c", "d"))
