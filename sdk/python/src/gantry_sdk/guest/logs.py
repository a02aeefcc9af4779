"""The standard library's `logging`, for plugins and packages that use it: its records are lines of the host's log.

The logger's name is the field `logger`, and an exception the field `exception`. The host adds the time.
"""

import logging
from types import SimpleNamespace

from gantry_sdk import bug, log

_NO_CLOCK = SimpleNamespace(time=lambda: 0.0, time_ns=lambda: 0)


class _Handler(logging.Handler):
    """Hands records on."""

    def emit(self, record: logging.LogRecord) -> None:
        fields = {"logger": record.name}
        if record.exc_info and record.exc_info[1]:
            fields["exception"] = bug.rejected(record.exc_info[1]).details["stack"]
        log.write(_level(record.levelno), record.getMessage(), fields)


def install() -> None:
    """Puts the handler in the place of all others of the root logger."""
    logging.time = _NO_CLOCK  # type: ignore[attr-defined]
    logging.root.handlers[:] = [_Handler()]


def _level(number: int) -> log.Level:
    if number >= logging.ERROR:
        return log.Level.ERROR
    if number >= logging.WARNING:
        return log.Level.WARN
    return log.Level.INFO if number >= logging.INFO else log.Level.DEBUG
