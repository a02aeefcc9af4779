"""What a mapping knows beside its message: the flow's settings, and what the operator granted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar, overload

from gantry_sdk.host import Host, Services
from gantry_sdk.lookup import Rows

S = TypeVar("S")
R = TypeVar("R")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class NoSettings:
    """Settings of a plugin that has none."""


class Context(Generic[S]):
    """The settings and the host's services. In a test: `Context(Settings(), Host(tables=…))`."""

    __slots__ = ("_host", "settings")

    settings: S
    """The flow's settings for this step, read once per instance."""

    def __init__(self, settings: S, host: Services | None = None) -> None:
        self.settings = settings
        self._host = host or Host()

    @overload
    def lookup(self, table: str, keys: Iterable[str]) -> Rows[dict[str, Any]]: ...

    @overload
    def lookup(self, table: str, keys: Iterable[str], row: type[R]) -> Rows[R]: ...

    def lookup(self, table: str, keys: Iterable[str], row: Any = dict[str, Any]) -> Rows[Any]:
        """The rows that `keys` find in a reference table, in the order of the keys: dictionaries, or of the type `row`.
        All keys of a message in one call: each call crosses from the sandbox to the host.

        Needs the grant `lookup` for this table.
        """
        keys = _texts(table, keys)
        return Rows.read(table, keys, self._host.rows(table, keys) if keys else [], row)

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch as the clock stood when the batch began, so that a past run can be repeated
        exactly.

        Needs the grant `clock`.
        """
        return self._host.now_ms()

    def now(self) -> datetime:
        """The same as a time in UTC."""
        return _EPOCH + timedelta(milliseconds=self.now_ms())


def _texts(table: str, keys: Iterable[str]) -> list[str]:
    """The keys; one of another type would end the instance where it crosses to the host."""
    if isinstance(keys, str):
        raise TypeError(f"the keys for the table `{table}` are a list of texts, and this is one text: use [key]")
    found = list(keys)
    for at, key in enumerate(found):
        if not isinstance(key, str):
            kind = type(key).__name__
            raise TypeError(f"the keys of a table are texts: the key {at} for the table `{table}` is {kind}; use str(…)")
    return found
