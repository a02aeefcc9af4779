"""The rules of time zones since 1970, from the tz database (the package `tzdata`).

`zones.txt` has three kinds of lines, sorted together:

    !12 60,120,3.5.0/120,10.5.0/180       a rule: the offset from UTC in minutes; with summer time also the offset then,
                                          and when it begins and ends: month, week (5 is the last), weekday (0 is
                                          Sunday), minutes of the wall clock
    =34 7 123456 9 234567 12              a history: rules, and until when each applies, in minutes since 1970 of UTC
    Europe/Berlin 34                      a zone and its history

Up to the last change that the database names the histories are its own, afterwards the last rule goes on. Offsets are whole minutes: that of
Liberia before 1972, 44 minutes and 30 seconds, is rounded.
"""

import struct
from datetime import date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files

END = 2100
EPOCH = date(1970, 1, 1).toordinal()
Transition = tuple[int, int]


def tables() -> dict[str, str]:
    rules: dict[str, int] = {}
    histories: dict[str, int] = {}
    lines = []
    for name in sorted((files("tzdata") / "zones").read_text().split()):
        words = [rules.setdefault(word, len(rules)) if at % 2 == 0 else word for at, word in enumerate(history(name))]
        number = histories.setdefault(" ".join(map(str, words)), len(histories))
        lines.append(f"{name} {number}")
    lines += [f"!{number} {rule}" for rule, number in rules.items()]
    lines += [f"={number} {text}" for text, number in histories.items()]
    return {"zones.txt": "\n".join(sorted(lines)) + "\n"}


def read(name: str) -> tuple[int, list[Transition], str]:
    """The offset when 1970 begins, the changes of the offset from then on, and the rule behind them; in minutes."""
    data = (files("tzdata") / "zoneinfo").joinpath(*name.split("/")).read_bytes()

    def counts(at: int) -> tuple[int, ...]:
        return struct.unpack(">6l", data[at + 20 : at + 44])

    utc, standard, leaps, times, types, chars = counts(0)
    second = 44 + times * 5 + types * 6 + chars + leaps * 8 + standard + utc
    utc, standard, leaps, times, types, chars = counts(second)
    at = second + 44
    moments = struct.unpack(f">{times}q", data[at : at + 8 * times])
    at += 8 * times
    kinds = data[at : at + times]
    at += times
    offsets = [struct.unpack(">l", data[at + 6 * kind : at + 6 * kind + 4])[0] for kind in range(types)]
    footer = data[at + 6 * types + chars + 12 * leaps + standard + utc :].strip(b"\n").decode()
    offset, changes = offsets[0], []
    for moment, kind in zip(moments, kinds):
        if moment <= 0:
            offset = offsets[kind]
        elif datetime.fromtimestamp(moment, timezone.utc).year <= END:
            changes.append((round(moment / 60), round(offsets[kind] / 60)))
    first = round(offset / 60)
    real = []
    for at, (moment, to) in enumerate(changes):
        # The rule behind the changes is in force from the last one on, even if that changed but a name.
        if to != (real[-1][1] if real else first) or at == len(changes) - 1:
            real.append((moment, to))
    return first, real, posix(footer)


def posix(text: str) -> str:
    """The rule of a POSIX TZ string."""
    names, *when = text.split(",")
    offsets = _offsets(names)
    if not when:
        return str(offsets[0])
    daylight = offsets[1] if len(offsets) > 1 else offsets[0] + 60
    return ",".join([str(offsets[0]), str(daylight), *map(_change, when)])


def _offsets(names: str) -> list[int]:
    found, rest = [], names
    while rest:
        if rest[0] == "<":
            rest = rest[rest.index(">") + 1 :]
        else:
            rest = rest.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        number = ""
        while rest and rest[0] in "+-:0123456789":
            number, rest = number + rest[0], rest[1:]
        if number:
            found.append(-_minutes(number))
    return found


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    sign = -1 if hours.startswith("-") else 1
    return sign * (abs(int(hours)) * 60 + int(minutes or 0))


def _change(text: str) -> str:
    day, _, time = text.partition("/")
    assert day.startswith("M"), text
    return f"{day[1:]}/{_minutes(time or '2')}"


@cache
def moments(rule: str, year: int) -> list[Transition]:
    """The changes of a rule in a year."""
    standard, daylight, start, end = rule.split(",")
    both = [(start, int(standard), int(daylight)), (end, int(daylight), int(standard))]
    return sorted((_moment(year, change) - before, after) for change, before, after in both)


def _moment(year: int, change: str) -> int:
    day, minutes = change.split("/")
    month, week, weekday = map(int, day.split("."))
    first = date(year, month, 1)
    found = first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (week - 1))
    while found.month != month:
        found -= timedelta(days=7)
    return (found.toordinal() - EPOCH) * 1440 + int(minutes)


def history(name: str) -> list[str]:
    """Rules, and between them until when each applies."""
    offset, changes, last = read(name)
    words: list[str] = []
    at = 0
    stop = explained_from(last, changes)
    while at < stop:
        rule, end = longest_run(offset, changes, at, stop)
        words += [rule, str(changes[end][0])]
        offset, at = changes[end][1], end + 1
    return [*words, last]


def explained_from(rule: str, changes: list[Transition]) -> int:
    """How many changes have to be told before the rule tells the others, up to the end."""
    if "," not in rule:
        return len(changes)
    at = len(changes)
    while at > 0 and tells(rule, *reversed(changes[at - 1]), changes[at:]):
        at -= 1
    return at + 1 if at < len(changes) else at


def tells(rule: str, offset: int, since: int, changes: list[Transition]) -> bool:
    """Whether the rule tells all of these changes, and has this offset from `since` on until the first."""
    expected = [change for year in years(since, END) for change in moments(rule, year) if change[0] > since]
    return expected[: len(changes)] == changes and offset_before(rule, (expected + moments(rule, END + 1))[0]) == offset


def follows(rule: str, offset: int, since: int, changes: list[Transition], at: int) -> tuple[int, int]:
    """The first change, from this one on, that the rule doesn't tell, and the last moment up to which it holds. It has
    to have this offset from `since` on."""
    expected = [change for year in years(since, END) for change in moments(rule, year) if change[0] > since]
    told = 0
    while at + told < len(changes) and told < len(expected) and changes[at + told] == expected[told]:
        told += 1
    is_right = bool(expected) and offset == offset_before(rule, expected[0])
    return (at + told if is_right else at), (expected[told][0] if told < len(expected) else FAR)


FAR = 1 << 40


def offset_before(rule: str, change: Transition) -> int:
    standard, daylight, *_ = rule.split(",")
    return int(standard) if change[1] == int(daylight) else int(daylight)


def years(since: int, end: int) -> range:
    return range(_year(since), end + 1)


def _year(moment: int) -> int:
    return datetime.fromtimestamp(moment * 60, timezone.utc).year


def longest_run(offset: int, changes: list[Transition], at: int, stop: int) -> tuple[str, int]:
    """A rule from here on, and the change that ends it: one with summer time if it tells three changes or more."""
    best, best_end = str(offset), at
    since = changes[at - 1][0] if at > 0 else 0
    for rule in candidates(offset, changes, at):
        end, holds_until = follows(rule, offset, since, changes, at)
        end = min(end, stop - 1)
        if changes[end][0] > holds_until:
            end -= 1
        if end - at >= 3 and end > best_end:
            best, best_end = rule, end
    return best, best_end


def candidates(offset: int, changes: list[Transition], at: int) -> list[str]:
    if at + 1 >= len(changes):
        return []
    (first, to), (second, back) = changes[at], changes[at + 1]
    if back != offset:
        return []
    found = []
    for one in forms(first + offset):
        for other in forms(second + to):
            found += [f"{offset},{to},{one},{other}", f"{to},{offset},{other},{one}"]
    return found


def forms(moment: int) -> list[str]:
    """How a rule can say this moment of the wall clock; perhaps as a later hour of the day before."""
    found = []
    for days in (0, 1):
        minutes = moment - days * 1440
        day = date.fromordinal(EPOCH + minutes // 1440)
        time = minutes % 1440 + days * 1440
        weeks = {(day.day - 1) // 7 + 1} | ({5} if (day + timedelta(days=7)).month != day.month else set())
        found += [f"{day.month}.{week}.{day.isoweekday() % 7}/{time}" for week in sorted(weeks)]
    return found
