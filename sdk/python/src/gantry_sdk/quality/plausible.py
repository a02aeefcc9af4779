"""Rules and plausibility of single values."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from gantry_sdk.defect import Defect

V = TypeVar("V", int, float, Decimal, date)


def ensure(holds: bool, code: str, text: str | Callable[[], str]) -> None:
    """A rule of the business: a defect with this code unless it holds."""
    if not holds:
        raise Defect(code, text if isinstance(text, str) else text())


def range(value: V, low: V | None = None, high: V | None = None) -> V:
    """Plausibility: the value if it is from `low` to `high`, both within, else `out-of-range`."""
    if (low is None or value >= low) and (high is None or value <= high):
        return value
    bounds = [f"from {_shown(low)}"] if low is not None else []
    bounds += [f"to {_shown(high)}"] if high is not None else []
    raise Defect("out-of-range", f"{_shown(value)} is outside the plausible range {' '.join(bounds)}")


def length(text: str, limit: int) -> str:
    """The text if it has at most `limit` characters, else `too-long`: what an ERP's column can hold."""
    if len(text) > limit:
        raise Defect("too-long", f"{len(text)} characters, {limit} fit")
    return text


def _shown(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)
