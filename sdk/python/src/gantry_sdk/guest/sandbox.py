"""Makes exceptions of what would end the instance.

The component has no files, no standard streams and no clock of its own: a call that reaches for them traps, and takes
the whole batch with it until the host has found the message. So `print` is turned into lines of the log, and whatever
else can be is turned into an exception that says what to do instead; the clock, chance and the network are the concern of
`ambient`. Refusals are `OSError`s, which the standard library expects of files: `traceback` then goes without source
lines.
"""

import io
import sys
from importlib import import_module
from typing import Any, TextIO, cast

from gantry_sdk import log
from gantry_sdk.guest import ambient, packages

_LONGEST_LINE = 8000

_NO_FILES = "the sandbox has no files"
_REFUSED = (
    ("builtins", "open", _NO_FILES),
    ("io", "open open_code", _NO_FILES),
    ("_io", "open open_code", _NO_FILES),
    ("os", "open stat lstat listdir scandir mkdir remove rename", _NO_FILES),
    ("builtins", "input", "nobody is there to answer"),
)
_IN_MEMORY = ("BuiltinImporter", "FrozenImporter")

_LATE = ("_strptime", *(f"encodings.{name}" for name in ("ascii", "cp1252", "idna", "latin_1", "utf_16", "utf_8_sig")))
"""What the standard library loads on first use, where it would be too late."""


class _Lines(io.TextIOBase):
    """A standard stream: each whole line is one of the log."""

    def __init__(self, level: log.Level) -> None:
        self._level = level
        self._begun = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            log.write(self._level, line)
        if len(self._begun) > _LONGEST_LINE:
            self.flush()
        return len(text)

    def flush(self) -> None:
        if self._begun:
            begun, self._begun = self._begun, ""
            log.write(self._level, begun)


class _Unloaded:
    """Finds no module: the last finder, where none before it has found one."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name.startswith("encodings."):
            return  # an unknown encoding is an error of its own
        raise ModuleNotFoundError(f"`{name}` isn't loaded: import it at the top of the plugin's module", name=name)


def load() -> None:
    """While the component is built, once the plugin is loaded: loads what can't be loaded later, and takes away what
    isn't there later."""
    for module in _LATE:
        import_module(module)
    if "logging" in sys.modules:
        import_module("gantry_sdk.guest.logs")
    packages.adapt()
    ambient.remove()


def close() -> None:
    """When an instance starts: what isn't there any more says so."""
    sys.stdout = cast(TextIO, _Lines(log.Level.INFO))
    sys.stderr = cast(TextIO, _Lines(log.Level.WARN))
    for module, names, text in _REFUSED:
        for name in names.split():
            setattr(import_module(module), name, ambient.refusing(text))
    if "logging" in sys.modules:
        import_module("gantry_sdk.guest.logs").install()
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()
    sys.path.clear()
    sys.meta_path[:] = [finder for finder in sys.meta_path if getattr(finder, "__name__", "") in _IN_MEMORY]
    sys.meta_path.append(cast(Any, _Unloaded))
