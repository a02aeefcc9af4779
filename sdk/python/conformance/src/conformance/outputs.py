"""The command `emit`: outputs with all they can hold."""

from dataclasses import dataclass, field
from typing import Any

from gantry_sdk import Context, Emit, Message, Output

from conformance.settings import Settings

_NOTHING = object()


@dataclass
class Wanted:
    """One output that the message asks for."""

    route: str | None = None
    key: str | None = None
    idempotency_key: str | None = None
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    json: Any = _NOTHING
    text: str | None = None
    bytes: list[int] | None = None

    def output(self) -> Output:
        """The output itself."""
        if self.json is not _NOTHING:
            made = Output.json(self.json)
        elif self.text is not None:
            made = Output(payload=self.text, content_type="text/plain")
        else:
            made = Output(payload=bytes(self.bytes or []), content_type="application/octet-stream")
        made.content_type = self.content_type or made.content_type
        made.route, made.key, made.idempotency_key = self.route, self.key, self.idempotency_key
        made.headers = list(self.headers.items())
        return made


@dataclass
class Outputs:
    """The members of `emit`."""

    outputs: list[Wanted]


def emit(message: Message, _: Context[Settings]) -> Emit:
    """Sends what the message asks for."""
    return Emit(*(wanted.output() for wanted in message.read(Outputs).outputs))
