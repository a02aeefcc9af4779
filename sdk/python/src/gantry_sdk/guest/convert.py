"""Moves between the contract's types and this package's.

Whatever the author put into an outcome is looked at here: a value of the wrong type that reached the generated code
would end the instance and take the batch with it.
"""

from collections.abc import Iterable
from datetime import timedelta

from wit_world.imports import types

from gantry_sdk.message import Message
from gantry_sdk.outcome import Emit, Fault, Invalid, Outcome, Reject, Retry, Skip
from gantry_sdk.output import Output

_LONGEST_WAIT = 2**64 - 1


def message(given: types.Message) -> Message:
    """A message as mappings see it."""
    return Message(
        payload=given.payload.value,
        content_type=given.content_type,
        headers=given.headers,
        key=given.key,
        id=given.id,
        event_time_ms=given.event_time_ms,
        attempt=given.attempt,
        extensions=given.extensions,
    )


def outcome(made: Outcome) -> types.Outcome:
    """An outcome as the contract has it. Raises `TypeError` where the author's values can't be sent."""
    if isinstance(made, Emit):
        return types.Outcome_Emit([_output(output) for output in made.outputs])
    if isinstance(made, Skip):
        return types.Outcome_Skip(_fault(made))
    if isinstance(made, Invalid):
        return types.Outcome_Invalid(violations(made))
    if isinstance(made, Retry):
        return types.Outcome_Retry(types.RetryLater(_fault(made), _wait(made.after)))
    if isinstance(made, Reject):
        return types.Outcome_Reject(_fault(made))
    raise TypeError(f"{type(made).__name__} is no outcome: answer Skip, Invalid, Retry or Reject")


def violations(made: Invalid) -> list[types.Violation]:
    """Broken rules as the contract has them."""
    return [types.Violation(_text(v.path), _text(v.code), _shown(v.text)) for v in made.violations]


def _output(made: Output) -> types.Output:
    if not isinstance(made, Output):
        raise TypeError(f"Emit takes outputs, not {type(made).__name__}: see Output.json")
    payload = made.payload
    return types.Output(
        _optional(made.route),
        _optional(made.key),
        _optional(made.idempotency_key),
        _text(made.content_type),
        _pairs(made.headers),
        types.Payload_Bytes(bytes(payload))
        if isinstance(payload, (bytes, bytearray))
        else types.Payload_Text(_text(payload)),
        _pairs(made.extensions),
    )


def _fault(made: Fault) -> types.Fault:
    return types.Fault(_text(made.code), _shown(made.text), [(_text(n), _shown(v)) for n, v in made.details.items()])


def _wait(after: timedelta | None) -> int | None:
    return None if after is None else min(max(after // timedelta(milliseconds=1), 0), _LONGEST_WAIT)


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(_text(name), _text(value)) for name, value in pairs]


def _optional(value: str | None) -> str | None:
    return None if value is None else _text(value)


def _text(value: str) -> str:
    """Refuses what is no text, or one that UTF-8 can't hold."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    if not value.isascii():
        value.encode()
    return str(value)


def _shown(value: str) -> str:
    """A text for people: better with a mark in it than none."""
    text = str(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
