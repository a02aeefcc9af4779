"""Time zones by the tz database. How the table is written is said in `sdk/quality/README.md`."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from gantry_sdk.quality.zones import ZONES

_DAY = 86400
_EPOCH = date(1970, 1, 1).toordinal()
_LAST_DAY = date(9999, 12, 31).toordinal() - _EPOCH
_LINES = dict(line.split(" ", 1) for line in ZONES.splitlines())


@dataclass(frozen=True, slots=True)
class Readings:
    """When clocks show a local time: at one instant, at two, or at none."""

    instants: tuple[int, ...]
    earlier: int
    """The first; of none, what the clock would have shown if it had been put forward already."""
    later: int
    """The last; of none, what the clock would have shown if it had not been put forward yet."""


class Zone:
    """When a zone's clocks are how far from UTC."""

    def __init__(self, history: str) -> None:
        words = history.split(" ")
        self._rules = [_LINES["!" + number] for number in words[::2]]
        self._ends = [int(word) for word in words[1::2]]

    @classmethod
    @cache
    def named(cls, name: str) -> "Zone | None":
        """The zone of this name, if it is one."""
        number = _LINES.get(name) if name[:1] not in ("!", "=") else None
        return None if number is None else cls(_LINES["=" + number])

    def offset(self, seconds: int) -> int:
        """In minutes, at this many seconds since 1970."""
        at = next((at for at, end in enumerate(self._ends) if seconds < end * 60), len(self._ends))
        return _offset(self._rules[at], seconds)

    def readings(self, local: int) -> Readings:
        """When the clocks show this many seconds since 1970 began on them."""
        # No two changes are less than two days apart.
        before, after = (self.offset(local + days * _DAY) * 60 for days in (-1, 1))
        candidates = {local - offset: offset for offset in (before, after)}
        found = tuple(sorted(at for at, offset in candidates.items() if self.offset(at) * 60 == offset))
        all_readings = found or (local - max(before, after), local - min(before, after))
        return Readings(found, all_readings[0], all_readings[-1])


def _offset(rule: str, seconds: int) -> int:
    standard, *summer = rule.split(",")
    if not summer:
        return int(standard)
    daylight, start, end = summer
    days = min((seconds + int(standard) * 60) // _DAY, _LAST_DAY)
    year = date.fromordinal(days + _EPOCH).year
    begins = _change(start, year) - int(standard) * 60
    ends = _change(end, year) - int(daylight) * 60
    is_summer = begins <= seconds < ends if begins < ends else not ends <= seconds < begins
    return int(daylight if is_summer else standard)


@cache
def _change(text: str, year: int) -> int:
    """When the clocks are changed in a year, in seconds of the wall clock."""
    day, _, minutes = text.partition("/")
    month, week, weekday = map(int, day.split("."))
    first = date(year, month, 1)
    found = first.toordinal() + (weekday - first.isoweekday()) % 7 + 7 * (week - 1)
    while date.fromordinal(found).month != month:
        found -= 7
    return (found - _EPOCH) * _DAY + int(minutes) * 60
