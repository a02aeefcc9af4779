"""From the author's function on one message to the contract's function on a batch.

A mapping is a function of one message and its context, marked with `@plugin`:

    @plugin
    def to_debtor(contact: Contact, ctx: Context[Settings]) -> Debtor: ...

It takes what the annotation of its first parameter says: a type that JSON can be read into, `Incoming` of such a type,
or the raw `Message`. It returns what JSON can be made of, an `Output`, or `Emit(…)` for several; it raises a `Refusal`.
The function itself stays what it is, so that tests call it directly.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from decimal import localcontext
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints, overload

from gantry_sdk import bug, reading
from gantry_sdk.context import Context, NoSettings
from gantry_sdk.defect import Defect
from gantry_sdk.host import Services
from gantry_sdk.message import Incoming, Message
from gantry_sdk.outcome import Emit, Invalid, Outcome, Refusal, Violation
from gantry_sdk.output import Output
from gantry_sdk.quality.decimal import EXACT

M = TypeVar("M", bound=Callable[..., Any])

_ATTRIBUTE = "__gantry_plugin__"

declared: list[Plugin] = []
"""The plugins of all modules that are loaded: in a component, just one."""


@overload
def plugin(mapping: M, /) -> M: ...


@overload
def plugin(*, settings: type) -> Callable[[M], M]: ...


def plugin(mapping: Any = None, /, *, settings: type | None = None) -> Any:
    """Makes a plugin of a mapping. The type of its settings is that of its `Context[…]`, or given by name."""

    def declare(mapping: M) -> M:
        made = Plugin(mapping, settings)
        setattr(mapping, _ATTRIBUTE, made)
        declared.append(made)
        return mapping

    return declare if mapping is None else declare(mapping)


class Plugin:
    """A mapping and the types it was declared with."""

    def __init__(self, mapping: Callable[..., Any], settings: type | None = None) -> None:
        self._mapping = mapping
        self._takes_context = False
        self._read, found = self._signature(mapping)
        self._settings = settings or found
        reading.prepare(self._settings, strict=True)

    @classmethod
    def of(cls, mapping: Callable[..., Any]) -> Plugin:
        """The plugin that `@plugin` made of this mapping."""
        found = getattr(mapping, _ATTRIBUTE, None)
        return found if isinstance(found, Plugin) else cls(mapping)

    def configure(self, settings: str, host: Services) -> Configured:
        """Reads the settings, a JSON object; raises `Invalid` where they don't fit."""
        read: Any = reading.read(settings, self._settings, strict=True)
        return Configured(self, Context(read, host))

    def run(self, message: Message, ctx: Context[Any]) -> Outcome:
        """What becomes of one message. Never raises."""
        try:
            data = self._read(message)
            return _outcome(self._mapping(data, ctx) if self._takes_context else self._mapping(data))
        except Refusal as refusal:
            return refusal
        except Defect as defect:
            return Invalid(Violation("", defect.code, defect.text))
        except BaseException as error:  # not even `sys.exit` may end the batch
            return bug.rejected(error)

    def _signature(self, mapping: Callable[..., Any]) -> tuple[Callable[[Message], Any], type]:
        hints = get_type_hints(mapping, include_extras=True)
        names = list(inspect.signature(mapping).parameters)
        if not 1 <= len(names) <= 2 or names[0] not in hints:
            raise TypeError(f"a mapping is `def {mapping.__name__}(message: TYPE, ctx: Context[SETTINGS])`")
        self._takes_context = len(names) == 2
        settings = get_args(hints.get(names[1])) if self._takes_context else ()
        has_settings = settings and not isinstance(settings[0], TypeVar)
        return _input(hints[names[0]]), settings[0] if has_settings else NoSettings


class Configured:
    """A plugin with its settings: what one instance of a component holds, and what golden cases run."""

    def __init__(self, plugin: Plugin, ctx: Context[Any]) -> None:
        self._plugin = plugin
        self._ctx = ctx

    def process_one(self, message: Message) -> Outcome:
        """What becomes of one message."""
        with localcontext(EXACT):
            return self._plugin.run(message, self._ctx)

    def process(self, batch: Iterable[Message]) -> list[Outcome]:
        """One outcome per message, in the same order."""
        return [self.process_one(message) for message in batch]


def _input(hint: Any) -> Callable[[Message], Any]:
    """How the mapping's input is made of a message."""
    if hint is Message:
        return lambda message: message
    if get_origin(hint) is Incoming:
        (data,) = get_args(hint)
        reading.prepare(data)
        return lambda message: Incoming(message.read(data), message)
    reading.prepare(hint)
    return lambda message: message.read(hint)


def _outcome(answer: Any) -> Outcome:
    if isinstance(answer, (Emit, Refusal)):
        return answer
    if isinstance(answer, Output):
        return Emit(answer)
    if answer is None:
        raise TypeError("the mapping returned nothing: return what is to be sent, or raise `Skip`")
    return Emit(Output.json(cast(Any, answer)))
