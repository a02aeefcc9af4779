"""Phone numbers to E.164, by the numbering plans of all countries.

Checked is the shape of a number: the calling code, the length that its country's plan knows, the digit that is dialled
before a national number (`0` in most countries) and, in North America, how area codes and exchanges begin. Whether a
number is in service can't be told. Refused are extensions, letters, and numbers without any mark of their country
unless they are national ones of the country that is given.
"""

import re

from gantry_sdk.defect import Defect
from gantry_sdk.quality.phone_plans import PLANS

_MARKS = re.compile(r"[\s./()\-\u2010-\u2015]+")
_NUMBER = re.compile(r"\+?[0-9]+")
_NORTH_AMERICA = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")
_MOST_DIGITS = 15


class _Plan:
    """How the numbers of one country, or of several that share a calling code, are made."""

    __slots__ = ("calling_code", "lengths", "trunks")

    def __init__(self, calling_code: str, trunks: tuple[str, ...], lengths: frozenset[int]) -> None:
        self.calling_code = calling_code
        self.trunks = trunks
        self.lengths = lengths

    def national(self, digits: str) -> str | None:
        """The number as its country's people write it: behind the digit that they dial first, or without."""
        for trunk in self.trunks:
            rest = digits.removeprefix(trunk)
            if rest != digits and not rest.startswith("0") and self._accepts(rest):
                return f"+{self.calling_code}{rest}"
        return f"+{self.calling_code}{digits}" if self._accepts(digits) else None

    def _accepts(self, digits: str) -> bool:
        if len(digits) not in self.lengths or len(self.calling_code) + len(digits) > _MOST_DIGITS:
            return False
        if "0" in self.trunks and digits.startswith("0"):
            return False
        return self.calling_code != "1" or _NORTH_AMERICA.fullmatch(digits) is not None


def _read(line: str) -> tuple[str, _Plan]:
    country, calling_code, trunks, lengths = line.split(" ")
    numbers = frozenset(map(int, lengths.split(",")))
    return country, _Plan(calling_code, () if trunks == "-" else tuple(trunks.split(",")), numbers)


_BY_COUNTRY = dict(map(_read, PLANS.splitlines()))
_BY_CODE: dict[str, list[_Plan]] = {}
for _plan in _BY_COUNTRY.values():
    _BY_CODE.setdefault(_plan.calling_code, []).append(_plan)


def e164(text: str, country: str) -> str:
    """The number as `+` and digits. One in national spelling is read by the plan of `country`, an ISO 3166 alpha-2
    code. What can't be a number is `not-a-phone-number`."""
    number = _MARKS.sub("", text.strip().removeprefix("tel:"))
    plan = _BY_COUNTRY.get(country.upper())
    found = _dialled(number, plan) if plan and _NUMBER.fullmatch(number) else None
    if found is None:
        raise Defect("not-a-phone-number", f"`{text}` can't be dialled in {country}")
    return found


def _dialled(number: str, plan: _Plan) -> str | None:
    if number.startswith("+"):
        return _international(number[1:])
    if number.startswith("00"):
        return _international(number[2:])
    return plan.national(number)


def _international(digits: str) -> str | None:
    for length in (1, 2, 3):
        for plan in _BY_CODE.get(digits[:length], ()):
            found = plan.national(digits[length:])
            if found:
                return found
    return None
