"""Days and times as the language of the screen writes them."""

from datetime import date, datetime

from PyQt6.QtCore import QDate, QLocale, QTime


def day_text(day: date) -> str:
    """Return a date as the language of the screen writes it."""
    return QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat)


def time_text(moment: datetime) -> str:
    """Return the local time of day."""
    local = moment.astimezone()
    return QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)


def read_day(text: str) -> date | None:
    """Return a date that was typed as people here write it, or as 2026-12-31."""
    locale = QLocale()
    for form in (QLocale.FormatType.ShortFormat, QLocale.FormatType.LongFormat):
        day = _with_century(locale.toDate(text, form))
        if day.isValid():
            return date(day.year(), day.month(), day.day())
    for pattern in ("yyyy-MM-dd", "d.M.yyyy", "d/M/yyyy"):
        day = QDate.fromString(text, pattern)
        if day.isValid():
            return date(day.year(), day.month(), day.day())
    return None


def _with_century(day: QDate) -> QDate:
    """Short forms have two digits for the year, which Qt reads as 19xx."""
    return day.addYears(100) if day.isValid() and day.year() < 1970 else day
