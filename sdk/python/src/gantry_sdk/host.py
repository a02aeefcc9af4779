"""The host's services, as a mapping reaches them through its `Context`.

`Host` is a stand-in that holds tables and a clock in memory, for unit tests and golden cases; in the sandbox
`gantry_sdk.guest` puts the contract's imports in its place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from gantry_sdk.lookup import UnknownTable


class Services(Protocol):
    """What a host does for a plugin, where it is granted."""

    def rows(self, table: str, keys: list[str]) -> list[str | None]:
        """Rows as JSON objects, in the order of the keys; none where no row has that key. Raises `TableError`."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, as the clock stood when the batch began."""


class Host:
    """A stand-in: `Host(tables={"products": {"12345": {"name": "Stapler"}}}, now_ms=1_700_000_000_000)`. The clock
    stands still."""

    def __init__(self, *, tables: Mapping[str, Mapping[str, Any]] | None = None, now_ms: int = 0) -> None:
        self._tables = {
            name: {key: json.dumps(row, default=str) for key, row in rows.items()}
            for name, rows in (tables or {}).items()
        }
        self._now_ms = now_ms

    def rows(self, table: str, keys: list[str]) -> list[str | None]:
        """The rows of a table that was given."""
        if table not in self._tables:
            raise UnknownTable(table)
        return [self._tables[table].get(key) for key in keys]

    def now_ms(self) -> int:
        """The time that was given."""
        return self._now_ms
