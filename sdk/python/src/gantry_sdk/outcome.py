"""What becomes of one message.

A mapping returns what is to be sent, and raises a `Refusal` that says why nothing is. Returning the refusal means the
same as raising it. Codes are stable, countable, lower case words joined by hyphens: operators count and group by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gantry_sdk.output import Output


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule."""

    path: str
    """JSON Pointer (RFC 6901) into the input; empty for the whole of it."""
    code: str
    """Stable and countable, for instance `unknown-product`."""
    text: str
    """For people."""


class Emit:
    """Send these on, none to many: `return Emit(first, second)`. None counts as a skip."""

    __slots__ = ("outputs",)

    def __init__(self, *outputs: Output) -> None:
        self.outputs = outputs

    def __repr__(self) -> str:
        return f"Emit{self.outputs!r}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Emit) and self.outputs == other.outputs

    __hash__ = None  # type: ignore[assignment]


class Refusal(Exception):
    """Why a message is not emitted: `Skip`, `Invalid`, `Retry` or `Reject`."""


class Fault(Refusal):
    """A refusal with a reason; not raised itself."""

    def __init__(self, code: str, text: str, *, details: Mapping[str, str] | None = None) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text
        self.details = dict(details or {})

    def __str__(self) -> str:
        return f"{self.text} ({self.code})"


class Skip(Fault):
    """Deliberately not passed on; counted, never a dead letter."""


class Reject(Fault):
    """This message can never be processed: dead letter at once."""


class Retry(Fault):
    """Try the same message again: after a while, or when the flow's retry policy says."""

    def __init__(
        self, code: str, text: str, *, after: timedelta | None = None, details: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code, text, details=details)
        self.after = after


class Invalid(Refusal):
    """The data breaks these rules: dead letter at once, no retry. To collect several, see `Checker`."""

    def __init__(self, *violations: Violation) -> None:
        super().__init__(*violations)
        self.violations = violations

    def __str__(self) -> str:
        return "; ".join(f"{found.text} ({found.code} at `{found.path}`)" for found in self.violations)


Outcome = Emit | Refusal
"""What becomes of one message."""
