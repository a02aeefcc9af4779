"""The contract's imports. `lookup` and `clock` are only in the component's world where the plugin's manifest wants
them, so they are only loaded where they are there.
"""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType

from componentize_py_types import Err
from wit_world.imports import log as host_log

from gantry_sdk.log import Level
from gantry_sdk.lookup import LookupFailed, TableUnavailable, UnknownTable

_MESSAGE_FIELD = "gantry.message"
_LEVELS = {level: host_log.Level[level.name] for level in Level}


_message = ""


class Host:
    """The host that runs this plugin."""

    def __init__(self) -> None:
        self._lookup = _wanted("lookup")
        self._clock = _wanted("clock")

    def rows(self, table: str, keys: list[str]) -> list[str | None]:
        """Asks the host for rows."""
        if self._lookup is None:
            raise RuntimeError(f'plugin.toml has to say `lookup = ["{table}"]` under [wants]')
        try:
            found: list[str | None] = self._lookup.get(table, keys)
            return found
        except Err as error:
            raise _table_error(self._lookup, table, error.value) from None

    def now_ms(self) -> int:
        """Asks the host for the time."""
        if self._clock is None:
            raise RuntimeError("plugin.toml has to say `clock = true` under [wants]")
        now: Callable[[], int] = self._clock.now_ms
        return now()


def write_log(level: Level, text: str, fields: list[tuple[str, str]]) -> None:
    """Writes a line to the host's log, with the message that it is about: a call has a whole batch."""
    pairs = [(_clean(name), _clean(value)) for name, value in fields]
    if _message:
        pairs.append((_MESSAGE_FIELD, _message))
    host_log.write(_LEVELS[level], _clean(text), pairs)


def log_about(message: str) -> None:
    """Log lines are about the message with this id from now on."""
    global _message
    _message = message


def _wanted(interface: str) -> ModuleType | None:
    try:
        return import_module(f"wit_world.imports.{interface}")
    except ModuleNotFoundError:
        return None


def _table_error(lookup: ModuleType, table: str, error: object) -> Exception:
    if isinstance(error, lookup.Error_UnknownTable):
        return UnknownTable(table)
    if isinstance(error, lookup.Error_Unavailable):
        return TableUnavailable(table)
    return LookupFailed(table, str(getattr(error, "value", error)))


def _clean(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
