"""The numbering plans of all countries. How the tables are written is said in `sdk/quality/README.md`."""

from functools import cache

from gantry_sdk.quality.phone_plans import PLANS
from gantry_sdk.quality.phone_shapes import SHAPES as SHAPE_LINES

SHAPES = SHAPE_LINES.replace("\n", "")

_BASE = 50
_FIRST = ord("*")
_EDGE = 5

_LINES = {line.partition(" ")[0]: line.split(" ")[1:] for line in PLANS.splitlines()}


def _fits(shape: int, digits: str) -> bool:
    """Whether the digits, all of them, are of this shape."""
    state, may_end = divmod(shape, 2)
    for digit in digits:
        edge = _edges(state).get(digit)
        if edge is None:
            return False
        state, may_end = edge
    return bool(may_end)


def _longest(shape: int, digits: str) -> int | None:
    """How many of the first digits are of this shape."""
    state, may_end = divmod(shape, 2)
    longest = 0 if may_end else None
    for count, digit in enumerate(digits, 1):
        edge = _edges(state).get(digit)
        if edge is None:
            break
        state, may_end = edge
        if may_end:
            longest = count
    return longest


@cache
def _edges(state: int) -> dict[str, tuple[int, int]]:
    """Where each digit leads from a state, and whether a number may end there."""
    edges: dict[str, tuple[int, int]] = {}
    is_last = 0
    while not is_last:
        at = state * _EDGE
        a, b, c, d, e = (ord(char) - _FIRST for char in SHAPES[at : at + _EDGE])
        may_end, digits = divmod(a * _BASE + b, 1024)
        following, is_last = divmod((c * _BASE + d) * _BASE + e, 2)
        edges |= {digit: (following, may_end) for place, digit in enumerate("0123456789") if digits >> place & 1}
        state += 1
    return edges


class Plan:
    """How the numbers of one country are written."""

    __slots__ = ("_abroad", "_lengths", "_local_lengths", "_prefixes", "_shape", "code")

    def __init__(self, words: list[str]) -> None:
        self.code = words[0]
        self._abroad, self._shape, self._lengths, self._local_lengths = map(int, words[1:5])
        self._prefixes = words[5:]

    def access_code_length(self, digits: str) -> int:
        """How many of the first digits lead abroad."""
        return _longest(self._abroad, digits) or 0

    def fits(self, number: str) -> bool:
        """Whether it looks like a national number."""
        return _fits(self._shape, number)

    def is_too_long(self, number: str) -> bool:
        return len(number) >= self._lengths.bit_length() and not self._local_lengths >> len(number) & 1

    def has_length(self, number: str) -> bool:
        """Whether a national number can be that long. One that is too long counts: it is refused later."""
        is_local = self._local_lengths >> len(number) & 1
        return self.is_too_long(number) or bool(self._lengths >> len(number) & 1 and not is_local)

    def without_prefix(self, number: str) -> str:
        """The number without what is dialled before it inside the country only, if it still is one then."""
        for rule in self._prefixes:
            stripped = _applied(rule, number)
            if stripped is not None:
                return number if self.fits(number) and not self.fits(stripped) else stripped
        return number


def _applied(rule: str, number: str) -> str | None:
    """The number by a rule for prefixes; None where the rule isn't for it."""
    lead, *more = rule.split(":")
    if not more:
        end = _longest(int(lead), number)
        return None if end is None else number[end:]
    kept, tail, ends, put = int(more[0]), int(more[1]), more[2] == "1", more[3]
    for start in range(len(number), -1, -1):
        if not _fits(int(lead), number[:start]):
            continue
        for end in range(len(number), start - 1, -1):
            rest = _longest(tail, number[end:]) if _fits(kept, number[start:end]) else None
            if rest is not None and (not ends or end + rest == len(number)):
                return put + number[start:end] + number[end + rest :]
    return None


@cache
def _plan(name: str) -> Plan | None:
    words = _LINES.get(name)
    return Plan(words) if words else None


def plan_of(country: str) -> Plan | None:
    """The plan of a country by its alpha-2 code, in whatever case."""
    return _plan(country.upper()) if len(country) == 2 and country.isascii() and country.isalpha() else None


def main_plan(code: str) -> Plan | None:
    """The plan by which numbers with this calling code are read."""
    return _plan(_LINES[code][0])


def split_code(digits: str) -> tuple[str, str] | None:
    """A calling code and what follows it; None where none is at the beginning."""
    codes = (digits[:length] for length in (1, 2, 3))
    return next(((code, digits.removeprefix(code)) for code in codes if code in _LINES), None)


def is_valid(code: str, number: str) -> bool:
    """Whether the national number is of a range that is given out in a country of this calling code."""
    return _fits(int(_LINES[code][1]), number)
