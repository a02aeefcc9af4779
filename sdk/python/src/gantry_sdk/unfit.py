"""Finds what JSON can't hold in a value that could not be written: its place, as a JSON Pointer, and the likely cause.

Only looked for once writing has failed, so that what fits pays nothing for it.
"""

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import BuiltinFunctionType, CoroutineType, FunctionType, GeneratorType, MethodType
from typing import Any

from gantry_sdk.pointer import pointer

_HINTS: list[tuple[tuple[type, ...], str]] = [
    ((CoroutineType,), "a coroutine: is an `await` missing? A mapping is synchronous, so call what doesn't need one"),
    ((GeneratorType, Iterator), "an iterator: use list(…)"),
    ((set, frozenset), "a set: use sorted(…) or list(…)"),
    ((bytes, bytearray, memoryview), "bytes: decode them, or make them the payload of an Output"),
    ((FunctionType, BuiltinFunctionType, MethodType), "a function: are the parentheses of a call missing?"),
    ((BaseException,), "an exception: raise it, or use str(…)"),
    ((complex,), "a complex number"),
]

_HALF = "a text with half of a surrogate pair, which is no character: was it cut in the middle of one?"


def described(value: Any, plain: Callable[[Any], Any]) -> str | None:
    """Where it is, and what is wrong with it; None where nothing is, or it is too deep to tell. `plain` puts a value in
    terms that JSON knows."""
    try:
        found = _find(value, plain, [])
    except RecursionError:
        return "JSON can't hold this value: it is nested too deep; does an object contain itself?"
    if found is None:
        return None
    place, cause = found
    where = f'"{pointer(place)}"' if place else 'the root ("")'
    return f"JSON can't hold the value at {where}: it is {cause}"


def half_in(value: Any) -> str | None:
    """Where data that was read has half of a surrogate pair, as a JSON Pointer; None where it has none."""
    found = _find(value, lambda _: None, [])
    return None if found is None else pointer(found[0])


def _find(value: Any, plain: Callable[[Any], Any], place: list[str | int]) -> tuple[list[str | int], str] | None:
    if isinstance(value, str):
        return (place, _HALF) if _has_half(value) else None
    if isinstance(value, float):
        return None if math.isfinite(value) else (place, f"{value}: was a text that is no number converted?")
    if value is None or isinstance(value, int):
        return None
    if isinstance(value, dict):
        return _find_in_members(value, plain, place)
    if isinstance(value, (list, tuple)):
        found = (_find(item, plain, [*place, at]) for at, item in enumerate(value))
        return next((unfit for unfit in found if unfit), None)
    try:
        return _find(plain(value), plain, place)
    except (TypeError, ValueError) as error:
        return place, _named(value) or str(error)
    except Exception:  # a number that is written by its digits
        return None


def _find_in_members(
    value: dict[Any, Any], plain: Callable[[Any], Any], place: list[str | int]
) -> tuple[list[str | int], str] | None:
    for name, item in value.items():
        if not isinstance(name, (str, int, float, type(None))):
            return place, f"a dictionary with a key of the type {type(name).__name__}: members have names"
        if _has_half(str(name)):
            return place, f"an object with a member whose name is {_HALF}"
        if unfit := _find(item, plain, [*place, str(name)]):
            return unfit
    return None


def _has_half(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def _named(value: Any) -> str | None:
    if isinstance(value, Decimal) and not value.is_finite():
        return f"{value}: was a text that is no number converted?"
    return next((hint for kinds, hint in _HINTS if isinstance(value, kinds)), None)
