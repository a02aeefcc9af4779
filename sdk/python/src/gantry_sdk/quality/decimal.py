"""Money and other decimals, exact from the first digit to the last: no float ever holds them.

A JSON number is read from its text by `Field[Decimal]`; a text is read by `parse` under a `Notation` that the author
declares, since `1.234` is either one and a bit or more than a thousand. As in every SDK of this project a decimal that
comes in has at most 28 decimals and is below 2^96 without its point. While a mapping runs, arithmetic is exact to 100
digits.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from enum import Enum
from functools import cache
from typing import Any, Final

from gantry_sdk.defect import Defect
from gantry_sdk.quality.characters import trimmed

EXACT: Final = Context(prec=100, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow])
"""The arithmetic of mappings."""

ZERO: Final = Decimal(0)
ONE_HUNDRED: Final = Decimal(100)

MOST_DECIMALS = 28
_MANTISSA_LIMIT = 2**96
_ALWAYS_FITS = 28
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_BLANKS = " \u00a0\u202f'’"


class Notation(str, Enum):
    """How a text writes decimals."""

    PLAIN = "plain"
    """`1234.56`, as machines write: no grouping."""
    POINT = "point"
    """`1,234.56`"""
    COMMA = "comma"
    """`1.234,56`"""


def parse(text: str, notation: Notation) -> Decimal:
    """The decimal a text stands for. Groups of thousands may be set off by the notation's mark, a blank or an
    apostrophe; they must be whole (`1.23,4` is `not-a-decimal`)."""
    bare = trimmed(text)
    if notation is Notation.POINT:
        bare = _without_groups(bare, ".", ",")
    elif notation is Notation.COMMA:
        bare = _without_groups(bare, ",", ".")
    if not _PLAIN.fullmatch(bare):
        raise _wrong(text)
    return fitting(Decimal(bare), text)


def plain(text: str) -> Decimal:
    """The decimal a text in the machines' notation stands for: `1234.56`."""
    return parse(text, Notation.PLAIN)


def at_most_decimals(value: Decimal, decimals: int) -> Decimal:
    """The value if it has at most this many decimals, trailing zeros not counted; else `too-many-decimals`."""
    if value.quantize(_unit(decimals), ROUND_HALF_UP, EXACT) != value:
        raise Defect("too-many-decimals", f"{value:f} has more than {decimals} decimals")
    return value


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Rounded to this many decimals, a half away from zero, as invoices are; written with exactly that many."""
    return _positive_zero(value.quantize(_unit(decimals), ROUND_HALF_UP, EXACT))


def hundredth(value: Decimal) -> Decimal:
    """A hundredth of the value, exactly: what percentages are reckoned with."""
    return value.scaleb(-2, EXACT)


def normalised(value: Decimal) -> Decimal:
    """The same number without trailing zeros behind the point: `5.00` → `5`, but `100` stays `100`."""
    value = value.normalize(EXACT)
    return value.quantize(Decimal(1), context=EXACT) if _exponent(value) > 0 else _positive_zero(value)


def fitting(value: Decimal, shown: Any) -> Decimal:
    """The decimal, written without an exponent, if it is none beyond what this project's decimals hold; else
    `not-a-decimal`, which shows what was read."""
    digits = str(value)
    if len(digits) <= _ALWAYS_FITS and "E" not in digits and value.is_finite():
        return _positive_zero(value)
    if not value.is_finite() or value.adjusted() > MOST_DECIMALS or -_exponent(value) > MOST_DECIMALS:
        raise _beyond(str(shown))
    if _exponent(value) > 0:
        value = value.quantize(Decimal(1), context=EXACT)
    if int(value.copy_abs().scaleb(-_exponent(value), EXACT)) >= _MANTISSA_LIMIT:
        raise _beyond(str(shown))
    return _positive_zero(value)


@cache
def _unit(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise _wrong(str(value))
    return exponent


def _positive_zero(value: Decimal) -> Decimal:
    return value if value else value.copy_abs()


def _without_groups(text: str, point: str, group: str) -> str:
    """The text in the plain notation; empty where its groups aren't groups of thousands."""
    whole, mark, fraction = text.partition(point)
    first, *groups = re.split(f"[{re.escape(group)}{_BLANKS}]", whole)
    if (groups and not 1 <= len(first.lstrip("+-")) <= 3) or any(len(group) != 3 for group in groups):
        return ""
    return first + "".join(groups) + ("." + fraction if mark else "")


def _wrong(text: str) -> Defect:
    return Defect("not-a-decimal", f"`{_shortened(text)}` is no decimal of the expected notation")


def _beyond(text: str) -> Defect:
    return Defect("not-a-decimal", f"`{_shortened(text)}` is beyond what a decimal holds: 28 decimals, and about 28 digits in all")


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else text[:300] + "…"
