"""Points in time, from date-times with an offset, from epochs, and from the local time of a zone.

| spelling | read by | example |
|---|---|---|
| RFC 3339, ISO 8601, with an offset | `parse` | `2026-03-09T10:15:00.5+01:00`, `2026-03-09 09:15Z`, `20260309T0915Z` |
| seconds or milliseconds since 1970 | `parse_epoch`, with the declared `Epoch` | `1773047700.123`, `1773047700123` |
| local time | `parse_local`, with the zone and what to do where clocks change | `2026-03-09T10:15` in `Europe/Berlin` |

An instant is written as RFC 3339 in UTC, with as many digits of a second as it has: `2026-03-09T09:15:00.123Z`. Years
are 1 to 9999; digits beyond nanoseconds are dropped; a 60th second is the first of the next minute. Zones are those of
the tz database, known from 1970 on.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from gantry_sdk.defect import Defect
from gantry_sdk.jsontext import AsText
from gantry_sdk.quality.characters import trimmed
from gantry_sdk.quality.zone import Zone

_DAY = 86400
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST = (date(1, 1, 1).toordinal() - _EPOCH) * _DAY
_LAST = (date(9999, 12, 31).toordinal() - _EPOCH + 1) * _DAY - 1

_TEXT = re.compile(
    r"(?:([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})[Tt]([0-9]{2})([0-9]{2})(?:([0-9]{2})(?:[.,]([0-9]+))?)?)"
    r"(?: *(Z|z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?))?"
)
_EPOCH_TEXT = re.compile(r"([+-]?)([0-9]{1,15})(?:\.([0-9]+))?")


class Epoch(str, Enum):
    """What a number since 1970 counts."""

    SECONDS = "seconds"
    MILLIS = "millis"


class Disambiguation(str, Enum):
    """What to do with a local time that a clock shows twice, when it is put back, or never, when it is put forward."""

    REJECT = "reject"
    """It is an `ambiguous-time` or a `nonexistent-time`."""
    COMPATIBLE = "compatible"
    """The first of two; the same time after a gap as before it: as most calendars do."""
    EARLIER = "earlier"
    """The first of two; before a gap."""
    LATER = "later"
    """The second of two; behind a gap."""


@dataclass(frozen=True, slots=True, order=True)
class Instant(AsText):
    """A point in time. As a text, and in JSON, it is RFC 3339 in UTC."""

    seconds: int
    """Since 1970."""
    nanoseconds: int = 0
    """0 to 999,999,999."""

    def datetime(self) -> datetime:
        """In UTC, to the microsecond."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds, microseconds=self.nanoseconds // 1000)

    def __str__(self) -> str:
        return _local_text(self.seconds, self.nanoseconds) + "Z"


def parse(text: str) -> Instant:
    """The instant that a date-time with an offset stands for: `missing-offset` where it has none, else
    `not-a-datetime`."""
    seconds, nanoseconds, offset = _read(text)
    if offset is None:
        raise Defect("missing-offset", f"`{text}` doesn't say how far it is from UTC")
    return _instant(seconds - offset * 60, nanoseconds, text)


def parse_epoch(text: str, epoch: Epoch) -> Instant:
    """The instant so many seconds or milliseconds after 1970 began; anything else is `not-a-datetime`. An `epoch` that
    there is not is a `ValueError`."""
    epoch = Epoch(epoch)
    found = _EPOCH_TEXT.fullmatch(trimmed(text))
    if not found:
        raise _wrong(text)
    places = 9 if epoch is Epoch.SECONDS else 6
    count = int(found[2]) * 10**places + int((found[3] or "")[:places].ljust(places, "0"))
    seconds, nanoseconds = divmod(-count if found[1] == "-" else count, 10**9)
    return _instant(seconds, nanoseconds, text)


def parse_local(text: str, zone: str, disambiguation: Disambiguation = Disambiguation.REJECT) -> Instant:
    """The instant at which clocks in the zone, `Europe/Berlin` say, show this date and time: `not-a-datetime`,
    `unknown-zone`, `ambiguous-time`, `nonexistent-time`; before 1970 `unknown-offset`. A `disambiguation` that there is
    not is a `ValueError`."""
    disambiguation = Disambiguation(disambiguation)
    known = _zone(zone)
    seconds, nanoseconds, offset = _read(text)
    if offset is not None:
        raise _wrong(text)
    readings = known.readings(seconds)
    if disambiguation is Disambiguation.REJECT and len(readings.instants) != 1:
        code = "ambiguous-time" if readings.instants else "nonexistent-time"
        raise Defect(code, f"`{text}` is no time, or two, on the clocks of {zone}")
    is_later = disambiguation is Disambiguation.LATER
    if disambiguation is Disambiguation.COMPATIBLE:
        is_later = not readings.instants
    found = readings.later if is_later else readings.earlier
    if found < 0:
        raise _before(text, zone)
    return _instant(found, nanoseconds, text)


def in_zone(instant: Instant, zone: str) -> str:
    """What clocks in the zone show, as RFC 3339: `2026-03-09T10:15:00+01:00`. `unknown-zone`; before 1970
    `unknown-offset`; where that is beyond the years, `not-a-datetime`."""
    known = _zone(zone)
    if instant.seconds < 0:
        raise _before(str(instant), zone)
    offset = known.offset(instant.seconds)
    local = _instant(instant.seconds + offset * 60, instant.nanoseconds, str(instant))
    hours, minutes = divmod(abs(offset), 60)
    text = _local_text(local.seconds, local.nanoseconds)
    return f"{text}{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"


def _read(text: str) -> tuple[int, int, int | None]:
    """Seconds of a clock, nanoseconds, and the offset of that clock in minutes."""
    found = _TEXT.fullmatch(trimmed(text))
    if not found:
        raise _wrong(text)
    year, month, day, hour, minute, second, fraction = found.groups()[:7] if found[1] else found.groups()[7:14]
    try:
        days = date(int(year), int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        raise _wrong(text) from None
    if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 60:
        raise _wrong(text)
    seconds = days * _DAY + int(hour) * 3600 + int(minute) * 60 + int(second or 0)
    return seconds, int((fraction or "")[:9].ljust(9, "0")), _offset(found[15], text)


def _offset(name: str | None, text: str) -> int | None:
    if name is None or name[0] not in "+-":
        return None if name is None else 0
    hours, minutes = int(name[1:3]), int(name[-2:]) if len(name) > 3 else 0
    if hours > 23 or minutes > 59:
        raise _wrong(text)
    return (hours * 60 + minutes) * (-1 if name[0] == "-" else 1)


def _instant(seconds: int, nanoseconds: int, text: str) -> Instant:
    if not _FIRST <= seconds <= _LAST:
        raise _wrong(text)
    return Instant(seconds, nanoseconds)


def _local_text(seconds: int, nanoseconds: int) -> str:
    days, rest = divmod(seconds, _DAY)
    fraction = f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""
    hours, minutes = divmod(rest // 60, 60)
    return f"{date.fromordinal(days + _EPOCH)}T{hours:02}:{minutes:02}:{rest % 60:02}{fraction}"


def _zone(name: str) -> Zone:
    zone = Zone.named(name)
    if zone is None:
        raise Defect("unknown-zone", f"`{name}` is no zone of the tz database")
    return zone


def _wrong(text: str) -> Defect:
    return Defect("not-a-datetime", f"`{text}` is no date and time of a known spelling")


def _before(text: str, zone: str) -> Defect:
    return Defect("unknown-offset", f"`{text}`: the clocks of {zone} are known from 1970 on")
