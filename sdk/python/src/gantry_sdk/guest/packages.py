"""What packages need to work in a sandbox, and why one can't."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

_COMPILED = (".so", ".pyd", ".dylib")

_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 2))
"""Two dates that have no part in common but the time."""


def adapt() -> None:
    """Lets packages that are loaded do without what isn't there."""
    if "dateutil.parser._parser" in sys.modules:
        _adapt_dateutil(sys.modules["dateutil.parser._parser"])


def _adapt_dateutil(module: Any) -> None:
    """`dateutil.parser.parse` takes the parts of a date that a text leaves open from today. A text that leaves none open
    has the same outcome on every run, and is parsed; another one has not, and is refused unless a default is given."""
    real = module.parser.parse

    def parse(self: Any, timestr: Any, default: Any = None, *arguments: Any, **named: Any) -> Any:
        if default is not None:
            return real(self, timestr, default, *arguments, **named)
        found, other = (real(self, timestr, day, *arguments, **named) for day in _DEFAULTS)
        if found != other:
            text = f"{timestr!r} leaves a part of the date open, and the sandbox has no clock: give `default=ctx.now()`"
            raise module.ParserError(text)
        return found

    module.parser.parse = parse


def explained(error: ImportError) -> ImportError:
    """The error with its reason, where the reason is a compiled part: one for another machine than the sandbox."""
    names = [name for name in (error.name, *_modules(error)) if name]
    for package in dict.fromkeys(name.split(".")[0] for name in names):
        file = next(_compiled_parts(package), None)
        if file is not None:
            text = f"`{package}` has a compiled part ({file}), which can't work in a plugin: use a package of pure Python"
            return ImportError(f"{text} ({error})", name=error.name)
    return error


def _modules(error: BaseException) -> Iterator[str]:
    """The modules that were being loaded, innermost first."""
    frames = []
    traceback = error.__traceback__
    while traceback is not None:
        frames.append(traceback.tb_frame.f_globals.get("__name__", ""))
        traceback = traceback.tb_next
    yield from reversed(frames)


def _compiled_parts(package: str) -> Iterator[str]:
    for path in sys.path:
        try:
            files = sorted(Path(path, package).rglob("*"))
            files += sorted(Path(path).glob(f"{package}.*"))
        except OSError:
            continue
        yield from (file.name for file in files if file.suffix in _COMPILED)
