"""Reference tables that the operator loads: typed rows, found by key. See `Context.lookup`.

What goes wrong is a refusal by itself: a table that can't be read just now is worth a retry; one that isn't there, or
whose rows don't fit, is not. A mapping that can do without the table catches `TableError`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from gantry_sdk import reading
from gantry_sdk.defect import Defect
from gantry_sdk.outcome import Invalid, Reject, Retry

R = TypeVar("R")


class TableError(Exception):
    """A table could not be consulted."""


class UnknownTable(TableError, Reject):
    """The flow has no such table, or doesn't grant it."""

    def __init__(self, table: str) -> None:
        super().__init__("unknown-table", f"the flow has no table `{table}`, or doesn't grant it to this step")


class TableUnavailable(TableError, Retry):
    """The table exists but can't be read just now."""

    def __init__(self, table: str) -> None:
        super().__init__("table-unavailable", f"the table `{table}` can't be read just now")


class UnfitRow(TableError, Reject):
    """A row isn't what the plugin takes rows of this table to be."""

    def __init__(self, table: str, key: str, text: str) -> None:
        super().__init__("unfit-table-row", f"the row `{key}` of the table `{table}`: {text}")


class LookupFailed(TableError, Reject):
    """Anything else."""

    def __init__(self, table: str, text: str) -> None:
        super().__init__("lookup-failed", f"the table `{table}`: {text}")


class Rows(Generic[R]):
    """The rows of one lookup, in the order of its keys."""

    __slots__ = ("_keys", "_rows", "_table")

    def __init__(self, table: str, keys: list[str], rows: list[R | None]) -> None:
        self._table = table
        self._keys = keys
        self._rows = rows

    @classmethod
    def read(cls, table: str, keys: list[str], found: list[str | None], row: Any) -> Rows[Any]:
        """Reads the rows as the host hands them over."""
        if len(found) != len(keys):
            raise LookupFailed(table, f"the host answered {len(found)} rows for {len(keys)} keys")
        rows = [None if text is None else _row(table, key, text, row) for key, text in zip(keys, found, strict=True)]
        return Rows(table, keys, rows)

    def get(self, position: int) -> R | None:
        """The row that the key at this position found. A position without a key, -1 among them, is a mistake of the
        plugin, and not of the data."""
        if not 0 <= position < len(self._rows):
            text = f"there is no position {position} in a lookup of {len(self._rows)} keys in the table `{self._table}`"
            raise IndexError(text)
        return self._rows[position]

    def known(self, position: int, code: str) -> R:
        """Referential integrity: the row, or a defect with this code (`unknown-product`, say) that names key and
        table."""
        row = self.get(position)
        if row is None:
            raise Defect(code, f"`{self._keys[position]}` is not in the table `{self._table}`")
        return row

    def __iter__(self) -> Iterator[R | None]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _row(table: str, key: str, text: str, row: Any) -> Any:
    try:
        return reading.read(text, row)
    except Invalid as unfit:
        found = unfit.violations[0]
        raise UnfitRow(table, key, f"{found.text} at `{found.path}`") from None
