"""Dates of many spellings to `datetime.date`, which is written as ISO 8601.

| spelling | example |
|---|---|
| ISO 8601 and RFC 3339; the date as written, whatever the offset | `2026-03-09`, `20260309`, `2026-03-09T23:59:59+02:00` |
| year first | `2026/3/9`, `2026.03.09` |
| points: day first, always | `9.3.2026`, `09.03.2026` |
| slashes or dashes: by the declared `Order` | `9/3/2026`, `03-09-2026` |
| names of months in English, German, French or Spanish | `9 March 2026`, `Mar 9, 2026`, `9. März 2026`, `Mon, 09 Mar 2026 10:00:00 +0100` |

Years have four digits: `09.03.26` is `not-a-date`, since nobody can tell which century it means. A time of day is
checked, so that rubbish isn't taken for a date, and then left out.
"""

import re
from collections.abc import Iterator
from datetime import date as Date
from enum import Enum

from gantry_sdk.defect import Defect
from gantry_sdk.quality import month
from gantry_sdk.quality.characters import trimmed
from gantry_sdk.quality.fold import fold


class Order(str, Enum):
    """What comes first in `03/09/2026`."""

    UNDECLARED = "undeclared"
    """Nobody said. Dates that can be read only one way pass (`25/12/2026`); others are an `ambiguous-date`."""
    DAY_FIRST = "day_first"
    """3 September, as in Europe."""
    MONTH_FIRST = "month_first"
    """9 March, as in the United States."""


_TIME = (
    r"[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::(?:[0-5][0-9]|60)(?:[.,][0-9]+)?)?"
    r"(?: *(?:[+-](?:[0-9:]{2}|[0-9:]{4,5})|Z|z|UTC|GMT))?"
)
_ISO = re.compile(rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}})(?:{_TIME})?|([0-9]{{4}})([0-9]{{2}})([0-9]{{2}})")
_NUMERIC = re.compile(rf"([0-9]+)([./-])([0-9]+)\2([0-9]+)(?:{_TIME})?")
_TIME_OR_NOTHING = re.compile(rf"(?:{_TIME})?")
_LETTER = re.compile(r"[A-Za-z\u0080-\U0010ffff]")
_WEEKDAY = re.compile(r"[A-Za-z.\u0080-\U0010ffff]*,")
_WORD = re.compile(r"[ ,.\-\u00a0]*([^ ,.\-\u00a0]*)")
_DAY = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|er|º|°)?")
_FILLERS = ("de", "del", "of")


def parse(text: str, order: Order = Order.UNDECLARED) -> Date:
    """The date a text stands for: `not-a-date` where it stands for none, `ambiguous-date` where for two. An `order` that
    there is not is a `ValueError`."""
    order = Order(order)
    bare = trimmed(text)
    date = _iso(bare)
    if date is None:
        date = _named(bare) if _LETTER.search(bare) else _numeric(bare, order)
    if date is None:
        raise Defect("not-a-date", f"`{text}` is no date of a known spelling")
    return date


def _iso(text: str) -> Date | None:
    """`2026-03-09` or `20260309`, the former also before a time of day."""
    found = _ISO.fullmatch(text)
    if not found:
        return None
    year, month, day = found.groups()[:3] if found[1] else found.groups()[3:]
    return _date(year, month, day)


def _numeric(text: str, order: Order) -> Date | None:
    """`9.3.2026`, `2026/3/9`, `03/09/2026`. None when there is no date in it, whatever the order."""
    found = _NUMERIC.fullmatch(text)
    if not found:
        return None
    first, mark, second, third = found.groups()
    if len(first) == 4:
        return _date(first, second, third)
    day_first, month_first = _date(third, second, first), _date(third, first, second)
    if mark == "." or order is Order.DAY_FIRST:
        return day_first
    if order is Order.MONTH_FIRST:
        return month_first
    if day_first and month_first and day_first != month_first:
        text = f"`{text}` is either {day_first} or {month_first}: declare which comes first"
        raise Defect("ambiguous-date", text)
    return day_first or month_first


def _named(text: str) -> Date | None:
    """`9 March 2026`, `March 9, 2026`, `9. März 2026`, `Mon, 09 Mar 2026 10:00:00 +0100`"""
    weekday = _WEEKDAY.match(text)
    # The weekday isn't checked against the date.
    words = _words(text[weekday.end() :] if weekday else text)
    first, (second, _), (year, rest) = next(words)[0], _skip_filler(words), _skip_filler(words)
    day, name = (_DAY.fullmatch(first), second) if _DAY.fullmatch(first) else (_DAY.fullmatch(second), first)
    number = month.number(fold(name))
    if not day or number is None or not _TIME_OR_NOTHING.fullmatch(rest):
        return None
    return _date(year, str(number), day[1])


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Each word with what comes behind it; at the end, empty words."""
    at = 0
    while found := _WORD.match(text, at):
        at = found.end()
        yield found[1], text[at:]


def _skip_filler(words: Iterator[tuple[str, str]]) -> tuple[str, str]:
    word = next(words)
    return next(words) if word[0] in _FILLERS else word


def _date(year: str, month: str, day: str) -> Date | None:
    """None where the calendar has no such day, or a part has too many digits or too few."""
    if not (len(year) == 4 and year.isascii() and year.isdigit() and len(month) <= 2 and len(day) <= 2):
        return None
    try:
        return Date(int(year), int(month), int(day))
    except ValueError:
        return None
