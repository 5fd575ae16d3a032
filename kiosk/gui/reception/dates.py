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
    here = [QLocale().toDate(text, form) for form in (QLocale.FormatType.ShortFormat, QLocale.FormatType.LongFormat)]
    # Short forms have two digits for the year, which Qt reads as 19xx.
    days = [day.addYears(100) if day.isValid() and day.year() < 1970 else day for day in here]
    days += [QDate.fromString(text, pattern) for pattern in ("yyyy-MM-dd", "d.M.yyyy", "d/M/yyyy")]
    return next((date(day.year(), day.month(), day.day()) for day in days if day.isValid()), None)
