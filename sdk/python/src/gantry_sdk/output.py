"""One message to send on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gantry_sdk import jsontext
from gantry_sdk.message import Headers, Message
from gantry_sdk.outcome import Reject

JSON = "application/json"
"""The media type of what `Output.json` makes."""


@dataclass(slots=True, init=False)
class Output(jsontext.NoData):
    """One message to send on, as the plugin made it. `Output.json` and `Output.unchanged` make the usual ones."""

    payload: str | bytes
    """The data."""
    content_type: str
    """Media type of the payload."""
    route: str | None
    """A target of the flow; none means its default target."""
    key: str | None
    """Outputs with the same key are delivered in order; none: the key of the message it came from."""
    idempotency_key: str | None
    """What the target recognises a repetition by: derive it from the business object and its version, never from chance;
    `idempotency_key()` makes one of any texts. None: the host derives one from the message's id and the output's
    position."""
    headers: Headers
    """Sent along to the target; names are put in lower case."""
    extensions: list[tuple[str, str]]
    """Room for what later versions of the contract add."""

    def __init__(
        self,
        *,
        payload: str | bytes,
        content_type: str,
        route: str | None = None,
        key: str | None = None,
        idempotency_key: str | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    ) -> None:
        self.payload = payload
        self.content_type = content_type
        self.route = route
        self.key = key
        self.idempotency_key = idempotency_key
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        self.headers = [(name.lower(), value) for name, value in pairs]
        self.extensions = []

    @classmethod
    def json(
        cls,
        value: Any,
        *,
        content_type: str = JSON,
        route: str | None = None,
        key: str | None = None,
        idempotency_key: str | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    ) -> Output:
        """This value as JSON. A value JSON can't hold (a set, bytes, NaN) is a bug of the plugin, and the message is
        rejected as `not-serialisable`."""
        try:
            payload = jsontext.write(value)
        except (TypeError, ValueError, RecursionError) as error:
            raise Reject("not-serialisable", str(error)) from error
        return cls(
            payload=payload,
            content_type=content_type,
            route=route,
            key=key,
            idempotency_key=idempotency_key,
            headers=headers,
        )

    @classmethod
    def unchanged(cls, message: Message) -> Output:
        """The message as it came: payload, content type and headers."""
        return cls(payload=message.payload, content_type=message.content_type, headers=message.headers)
