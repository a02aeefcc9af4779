"""Makes a reader of a type: a function from a parsed JSON value to a value of the type.

Known are `str`, `int` and its bounded kin (`U32` …), `float`, `bool`, `Decimal`, `Any`, `list`, `dict`, `tuple[T,
...]`, `T | None`, `Literal`, enums, dataclasses and, inside dataclasses, `Field`. Any other type is a `TypeError` that
names it, when the plugin is loaded. Readers are made once and kept.
"""

import types
from collections.abc import Callable
from dataclasses import is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from gantry_sdk import scalars
from gantry_sdk.defect import Defect
from gantry_sdk.field import Field, Whole
from gantry_sdk.jsontext import AsText
from gantry_sdk.outcome import Violation
from gantry_sdk.pointer import token

Reader = Callable[[Any], Any]


class Unfit(Exception):
    """A value that doesn't fit; what is wrong, with pointers that begin at this value."""

    def __init__(self, violations: list[Violation]) -> None:
        super().__init__(violations)
        self.violations = violations

    def under(self, name: str | int) -> list[Violation]:
        """The same, seen from the value around it."""
        step = token(name)
        return [Violation(step + found.path, found.code, found.text) for found in self.violations]


@cache
def reader(kind: Any, *, strict: bool = False) -> Reader:
    """The reader of this type. Strict: objects may have no members that their dataclass doesn't know."""
    scalar = _scalar(kind, beyond=scalars.wrong_value)
    if scalar is not None:
        return _unfit(scalar)
    if kind is Any or kind is object:
        return lambda value: value
    if isinstance(kind, type) and is_dataclass(kind) and not issubclass(kind, AsText):
        from gantry_sdk.records import Record  # the two need one another

        return Record(kind, strict)
    origin, arguments = get_origin(kind) or kind, get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(kind, arguments, strict)
    if origin is list:
        return _array(reader(arguments[0] if arguments else Any, strict=strict), list)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return _array(reader(arguments[0], strict=strict), tuple)
    if origin is dict and (not arguments or arguments[0] is str):
        return _mapping(reader(arguments[1] if arguments else Any, strict=strict))
    raise TypeError(f"JSON can't be read into {_shown(kind)}")


def _shown(kind: Any) -> str:
    return kind.__qualname__ if isinstance(kind, type) and not get_args(kind) else repr(kind)


@cache
def field_reader(kind: Any) -> Callable[[Any], Field[Any]]:
    """The reader of `Field[kind]`: it refuses nothing."""
    read = _scalar(kind)
    if read is None:
        raise TypeError(f"Field holds a scalar, and {_shown(kind)} is none: leave Field out, or use a dataclass of Fields")

    def read_field(value: Any) -> Field[Any]:
        if value is None:
            return Field(None)
        try:
            return Field(read(value))
        except Defect as defect:
            is_blank = kind is Decimal and isinstance(value, str) and not value.strip()
            return Field.blank(defect) if is_blank else Field.wrong(defect)

    return read_field


def _scalar(kind: Any, beyond: Callable[[Any], Defect] | None = None) -> Reader | None:
    """The reader of a scalar; it raises `Defect`. `beyond`: what is wrong with a whole number out of bounds."""
    if get_origin(kind) is Annotated:
        base, *marks = get_args(kind)
        bounds = next((mark for mark in marks if isinstance(mark, Whole)), None)
        return scalars.whole(bounds, beyond) if base is int and bounds else _scalar(base)
    if get_origin(kind) is Literal:
        return scalars.choice(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return scalars.choice({choice.value: choice for choice in kind})
    simple: dict[Any, Reader] = {
        str: scalars.text,
        int: scalars.integer,
        float: scalars.binary,
        bool: scalars.boolean,
        Decimal: scalars.decimal,
    }
    return simple.get(kind)


def _unfit(read: Reader) -> Reader:
    def read_scalar(value: Any) -> Any:
        try:
            return read(value)
        except Defect as defect:
            raise Unfit([Violation("", defect.code, defect.text)]) from None

    return read_scalar


def _optional(kind: Any, arguments: tuple[Any, ...], strict: bool) -> Reader:
    inner = [argument for argument in arguments if argument is not types.NoneType]
    if len(inner) != 1 or len(inner) == len(arguments):
        raise TypeError(f"of unions JSON can only be read into `T | None`, not into {kind!r}")
    read = reader(inner[0], strict=strict)
    return lambda value: None if value is None else read(value)


def _array(read: Reader, kind: Callable[[list[Any]], Any]) -> Reader:
    def read_array(value: Any) -> Any:
        if type(value) is not list:
            raise wrong_type("an array", value)
        items, found = [], []
        for index, item in enumerate(value):
            try:
                items.append(read(item))
            except Unfit as unfit:
                found += unfit.under(index)
        if found:
            raise Unfit(found)
        return items if kind is list else kind(items)

    return read_array


def _mapping(read: Reader) -> Reader:
    def read_mapping(value: Any) -> Any:
        if not isinstance(value, dict):
            raise wrong_type("an object", value)
        members, found = {}, []
        for name, item in value.items():
            try:
                members[name] = read(item)
            except Unfit as unfit:
                found += unfit.under(name)
        if found:
            raise Unfit(found)
        return members

    return read_mapping


def wrong_type(expected: str, value: Any) -> Unfit:
    """The value is of another type than this."""
    defect = scalars.wrong_type(expected, value)
    return Unfit([Violation("", defect.code, defect.text)])
