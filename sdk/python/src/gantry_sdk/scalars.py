"""Reads scalars: functions from a parsed JSON value to a value of one type, or to the `Defect` it has."""

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from gantry_sdk.defect import Defect
from gantry_sdk.field import Whole
from gantry_sdk.jsontext import Number
from gantry_sdk.quality import decimal as decimals

LONGEST = 300
"""Longest text of a defect, in characters: the offending value may be part of it."""


def text(value: Any) -> str:
    """A JSON string."""
    if type(value) is str:
        return value
    raise wrong_type("a text", value)


def boolean(value: Any) -> bool:
    """`true` or `false`."""
    if type(value) is bool:
        return value
    raise wrong_type("true or false", value)


def integer(value: Any) -> int:
    """A JSON number without point and exponent, of any size that Python's `int` reads."""
    value = _zero(value)
    if type(value) is int:
        return value
    raise wrong_type("a whole number of at most 4300 digits" if _is_long(value) else "a whole number", value)


def whole(bounds: Whole, beyond: Callable[[Any], Defect] | None = None) -> Callable[[Any], int]:
    """Of a whole number within bounds; `beyond` says what is wrong with one outside them, else its type is."""

    def read(value: Any) -> int:
        value = _zero(value)
        if type(value) is int:
            if bounds.low <= value <= bounds.high:
                return value
            if beyond is not None:
                raise beyond(value)
        raise wrong_type(bounds.expected, value)

    return read


def binary(value: Any) -> float:
    """Any JSON number, as a float: not for money."""
    if type(value) is int or isinstance(value, Decimal):
        try:
            number = float(value)
        except (OverflowError, ValueError):
            raise wrong_value(value) from None
        if math.isinf(number):
            raise wrong_value(value)
        return number
    raise wrong_type("a number", value)


def decimal(value: Any) -> Decimal:
    """A JSON number by its digits; also a JSON string in the machines' notation, which is how careful systems write
    money."""
    if isinstance(value, str):
        return decimals.plain(value)
    if type(value) is int or isinstance(value, Decimal):
        return decimals.fitting(Decimal(value), _written(value))
    raise wrong_type("a decimal", value)


def choice(choices: Any) -> Callable[[Any], Any]:
    """Of one of a few values: those of a `Literal`, or of an enum by value."""
    table: Mapping[Any, Any] = choices if isinstance(choices, dict) else {value: value for value in choices}
    kinds = {type(value) for value in table}

    def read(value: Any) -> Any:
        if type(value) not in kinds:
            raise wrong_type("one of " + ", ".join(f"`{allowed}`" for allowed in table), value)
        if value not in table:
            raise wrong_value(value)
        return table[value]

    return read


def wrong_type(expected: str, value: Any) -> Defect:
    """The defect of having got a value of another type."""
    found = next((name for kind, name in _KINDS if isinstance(value, kind)), None) or _number_kind(value)
    return Defect("wrong-type", f"expected {expected}, found {found}")


def _number_kind(value: Any) -> str:
    has_point = isinstance(value, Decimal) and _POINT_OR_EXPONENT.search(str(_written(value)))
    return "a number with a point or an exponent" if has_point else "another number"


def wrong_value(value: Any) -> Defect:
    """The defect of having got the right type but no allowed value."""
    shown = str(_written(value))
    return Defect("wrong-value", f"`{shown if len(shown) <= LONGEST else shown[:LONGEST] + '…'}` is not allowed here")


def _zero(value: Any) -> Any:
    """The value; 0 where it is written `-0`."""
    return 0 if type(value) is Number and value.source == "-0" else value


def _is_long(value: Any) -> bool:
    return type(value) is Number and not _POINT_OR_EXPONENT.search(value.source)


def _written(value: Any) -> Any:
    return value.source if isinstance(value, Number) else value


_POINT_OR_EXPONENT = re.compile("[.eE]")

_KINDS: list[tuple[type, str]] = [
    (str, "a text"),
    (bool, "true or false"),
    (list, "an array"),
    (dict, "an object"),
    (type(None), "null"),
]
