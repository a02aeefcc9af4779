"""The contract's `configure` and `process`, around the plugin that the author's module declares.

Everything happens when the component is built that can: the module is loaded, its types are made into readers, and the
memory as it then is goes into the component.
"""

import gc
from collections.abc import Callable
from importlib import import_module
from typing import Any

from componentize_py_types import Err
from wit_world.imports import types

from gantry_sdk import bug, log, mapping
from gantry_sdk.guest import convert, imports, packages, sandbox
from gantry_sdk.outcome import Invalid, Retry, Violation


class Transform:
    """What the component exports."""

    def __init__(self, made: mapping.Plugin) -> None:
        self._plugin = made
        self._host = imports.Host()
        self._configured: mapping.Configured | None = None

    def configure(self, settings: str) -> None:
        """Called once per instance, before the first batch."""
        log.redirect(imports.write_log)
        sandbox.close()
        try:
            if self._configured is not None:
                raise Invalid(Violation("", "already-configured", "this instance is configured already"))
            self._configured = self._plugin.configure(settings, self._host)
        except Invalid as invalid:
            raise Err(convert.violations(invalid)) from None
        except BaseException as error:
            rejected = bug.rejected(error)
            log.error("the plugin's check of its settings failed", stack=rejected.details["stack"])
            raise Err(convert.violations(Invalid(Violation("", rejected.code, rejected.text)))) from None

    def process(self, batch: list[types.Message]) -> list[types.Outcome]:
        """One outcome per message, in the same order."""
        configured = self._configured
        if configured is None:
            return [convert.outcome(Retry("not-configured", "process before configure")) for _ in batch]
        return [_process_one(configured, message) for message in batch]


def component(module: str) -> Callable[[], Transform]:
    """Loads the author's module and returns what the entry module is to call `Transform`."""
    try:
        import_module(module)
    except ImportError as error:
        raise packages.explained(error) from None
    sandbox.load()
    if len(mapping.declared) != 1:
        count = len(mapping.declared) or "none"
        raise RuntimeError(f"`{module}` has to mark one mapping with `@plugin`; {count} are marked")
    made = Transform(mapping.declared[0])
    gc.collect()
    # What is there now stays; collections need not look at it again.
    gc.freeze()
    return lambda: made


def _process_one(configured: mapping.Configured, message: types.Message) -> Any:
    imports.log_about(message.id)
    outcome = configured.process_one(convert.message(message))
    try:
        return convert.outcome(outcome)
    except Exception as error:  # a number where a text belongs, say: of this message, so not of the batch
        return convert.outcome(bug.rejected(error))
