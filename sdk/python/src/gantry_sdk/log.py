"""Lines for the operator. The host bounds how many and how long, and escapes control characters; outside the sandbox
they go to stderr. Don't log payloads: dead letters keep those, and who may read a log may not be allowed to read the
data.

    log.warn("no price list for this customer", customer="C-1001")

The text stays the same, what varies are the fields. In the sandbox `print` writes such lines too, of level info.
"""

import sys
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any


class Level(str, Enum):
    """How much a line matters."""

    DEBUG = "debug"
    """Of use while looking for a fault."""
    INFO = "info"
    """Worth knowing."""
    WARN = "warn"
    """Unexpected, but dealt with."""
    ERROR = "error"
    """Somebody has to act."""


Sink = Callable[[Level, str, list[tuple[str, str]]], None]


def write(level: Level, text: str, fields: Mapping[str, Any] | None = None) -> None:
    """A line of this level."""
    _sink(level, text, [(name, str(value)) for name, value in (fields or {}).items()])


def debug(text: str, /, **fields: object) -> None:
    """A line of level debug."""
    write(Level.DEBUG, text, fields)


def info(text: str, /, **fields: object) -> None:
    """A line of level info."""
    write(Level.INFO, text, fields)


def warn(text: str, /, **fields: object) -> None:
    """A line of level warn."""
    write(Level.WARN, text, fields)


def error(text: str, /, **fields: object) -> None:
    """A line of level error."""
    write(Level.ERROR, text, fields)


def redirect(sink: Sink) -> Sink:
    """Sends lines here from now on, and returns where they went before: for tests, and for the sandbox."""
    global _sink
    before, _sink = _sink, sink
    return before


def _to_stderr(level: Level, text: str, fields: list[tuple[str, str]]) -> None:
    print(f"{level.name}: {text}", *(f"{name}={value!r}" for name, value in fields), file=sys.stderr)


_sink: Sink = _to_stderr
