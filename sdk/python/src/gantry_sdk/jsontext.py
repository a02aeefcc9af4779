"""JSON text to Python values and back, exactly.

Integers are exact. A number with a point or an exponent becomes a `Number`, which is a `Decimal` of just these digits: no
float in between; so do `-0`, and an integer with more digits than Python's `int` reads. Written back untouched it is the
same JSON number, spelt as it came; whatever arithmetic makes of it is a plain `Decimal`, and those leave as JSON strings,
since a receiver that reads JSON numbers as floats would round them. Non-ASCII characters are written as they are, and nothing is written between members.

Refused, as `not-json`: `NaN` and `Infinity`, halves of surrogate pairs, and nesting deeper than `DEPTH`, which would exhaust the
stack of a sandbox.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, Never, Self
from uuid import UUID

from gantry_sdk import unfit

DEPTH = 128
"""Deepest nesting of arrays and objects that is read."""

_DIGITS = sys.int_info.default_max_str_digits
"""How many digits Python's `int` reads."""

_STRINGS_AND_SCALARS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^\[\]{}"]++', re.DOTALL)
_INNERMOST = re.compile(r"\[\]|\{\}")


class NoData:
    """A base of classes that are no data: one inside a value to be written is a mistake."""

    __slots__ = ()


class AsText:
    """A base of values that are written as their text."""

    __slots__ = ()


class Number(Decimal):
    """A JSON number that Python's `int` would refuse or change, by its digits.

    One that no `Decimal` can hold is passed on like any other; to compute with it is an `InvalidOperation`."""

    __slots__ = ("source",)

    source: str
    """As it is written."""

    def __new__(cls, source: str) -> Self:
        try:
            number = super().__new__(cls, source)
        except InvalidOperation:
            number = super().__new__(cls, "sNaN")
        number.source = source
        return number


class JsonNumber(Number):
    """A decimal that is written as a JSON number, without an exponent."""

    __slots__ = ()


def as_json_number(value: Decimal | int) -> JsonNumber:
    """The decimal as a JSON number with all its digits: `0.10` and not `"0.10"`.

    A decimal by itself is written as a text, since a receiver that reads JSON numbers as floats would round it. Use this
    where the target asks for numbers. Whatever arithmetic makes of it is a plain `Decimal` again.
    """
    return JsonNumber(_decimal(Decimal(value)))


class Repeated(dict[str, Any]):
    """An object of which some members came twice; it holds the last of each."""

    def __init__(self, members: list[tuple[str, Any]]) -> None:
        super().__init__(members)
        names = [name for name, _ in members]
        self.names = {name for name in names if names.count(name) > 1}


def parse(text: str) -> Any:
    """The value a whole JSON text stands for; a `ValueError` says why it stands for none."""
    if text.count("[") + text.count("{") > DEPTH:
        _refuse_deep_nesting(text)
    value = _decoder(text).decode(text)
    if "\\ud" in text or "\\uD" in text:
        _refuse_lone_surrogates(value)
    return value


def write(value: Any) -> str:
    """The JSON text of a value: what JSON knows, dataclasses, mappings, decimals, dates, UUIDs and enums. A `TypeError` or
    `ValueError` names what JSON can't hold, its place as a JSON Pointer, and the likely cause."""
    try:
        return _written(value)
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(unfit.described(value, _plain) or str(error)) from None


def _written(value: Any) -> str:
    try:
        text = _ENCODER.encode(value)
    except _NumberFoundError:
        text = _exact(value)
    if not text.isascii():
        text.encode()
    return text


class _NumberFoundError(Exception):
    """The standard encoder can't write a decimal as a number."""


def _plain(value: Any) -> Any:
    """What the standard encoder doesn't know, in terms of what it knows."""
    kind: Any = type(value)
    return _in_plain_terms(kind)(value)


@cache
def _in_plain_terms(kind: Any) -> Callable[[Any], Any]:
    """How a value of this type is written."""
    if issubclass(kind, Decimal):
        return _number if kind in (Number, JsonNumber) else _decimal
    if issubclass(kind, Mapping):
        return dict
    if issubclass(kind, (UUID, AsText)):
        return str
    if issubclass(kind, date):
        return lambda day: str(day.isoformat())
    if issubclass(kind, Enum):
        return lambda choice: choice.value
    if not issubclass(kind, NoData) and is_dataclass(kind):
        return _object(kind)
    return _nothing


def _number(_: Decimal) -> Never:
    raise _NumberFoundError


def _decimal(value: Decimal) -> str:
    text = str(value)
    if "E" not in text and "N" not in text and "n" not in text:
        return text
    if not value.is_finite() or abs(value.adjusted()) > 1000:
        raise ValueError(f"{value} is no amount that can be written")
    return format(value, "f")


def _object(kind: Any) -> Callable[[Any], dict[str, Any]]:
    attributes = [attribute.name for attribute in fields(kind)]
    names = [attribute.metadata.get("member", attribute.name) for attribute in fields(kind)]
    if len(names) < 2:
        return lambda value: {name: getattr(value, attributes[0]) for name in names}
    get = attrgetter(*attributes)
    return lambda value: dict(zip(names, get(value), strict=True))


def _nothing(value: Any) -> Never:
    raise TypeError(f"an instance of {type(value).__name__}: use a dictionary or a dataclass")


def _exact(value: Any) -> str:
    """Writes by hand what holds a `Number` somewhere."""
    if isinstance(value, Number):
        return value.source
    if isinstance(value, dict):
        return "{" + ",".join(_ENCODER.encode({name: 0})[1:-2] + _exact(item) for name, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_exact, value)) + "]"
    if value is None or isinstance(value, (str, int, float)):
        return _ENCODER.encode(value)
    return _exact(_plain(value))


def _decoder(text: str) -> json.JSONDecoder:
    """The fast one, unless there may be an integer in the text that needs the other."""
    return _CAREFUL_DECODER if "-0" in text or len(text) > _DIGITS else _DECODER


def _integer(digits: str) -> int | Number:
    if digits == "-0" or len(digits) > _DIGITS:
        return Number(digits)
    return int(digits)


def _members(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    return found if len(found) == len(members) else Repeated(members)


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _refuse_deep_nesting(text: str) -> None:
    """Takes the innermost brackets away, level by level, without recursion."""
    brackets = _STRINGS_AND_SCALARS.sub("", text)
    for _ in range(DEPTH):
        outer = _INNERMOST.sub("", brackets)
        if not outer:
            return
        if len(outer) == len(brackets):
            raise ValueError("brackets that don't match")
        brackets = outer
    raise ValueError(f"nested more than {DEPTH} levels deep")


def _refuse_lone_surrogates(value: Any) -> None:
    place = unfit.half_in(value)
    if place is not None:
        raise ValueError(f'the text at "{place}" has half of a surrogate pair, which is no character')


_CAREFUL_DECODER = json.JSONDecoder(
    parse_float=Number, parse_int=_integer, parse_constant=_constant, object_pairs_hook=_members
)
_DECODER = json.JSONDecoder(parse_float=Number, parse_constant=_constant, object_pairs_hook=_members)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain)
