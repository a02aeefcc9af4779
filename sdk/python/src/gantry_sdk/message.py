"""The message as the plugin sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, overload

from gantry_sdk import reading
from gantry_sdk.jsontext import NoData

T = TypeVar("T")

Headers = list[tuple[str, str]]
"""Names in lower case with their values; a name may repeat."""


@dataclass(slots=True)
class Message(NoData):
    """One unit of data, as the host hands it to the plugin."""

    payload: str | bytes
    """The data: a text where the content type is textual and the bytes are valid UTF-8, else bytes."""
    content_type: str = "application/json"
    """Media type of the payload."""
    headers: Headers = field(default_factory=list)
    """What the source sent along."""
    key: str | None = None
    """Messages with the same key are handled in order."""
    id: str = "test"
    """Stable across retries, replays and restarts."""
    event_time_ms: int = 0
    """Milliseconds since the Unix epoch, as the source states it, else the time of arrival."""
    attempt: int = 1
    """1 on the first run."""
    extensions: list[tuple[str, str]] = field(default_factory=list)
    """What later versions of the contract add; names that mean nothing to the plugin are to be ignored."""

    def header(self, name: str) -> str | None:
        """The first header of this name, compared without regard to case."""
        name = name.lower()
        return next((value for found, value in self.headers if found.lower() == name), None)

    @overload
    def read(self) -> Any: ...

    @overload
    def read(self, into: type[T]) -> T: ...

    def read(self, into: Any = Any) -> Any:
        """The payload read as JSON into this type; a mismatch raises `Invalid` with its pointer."""
        return reading.read(self.payload, into)


@dataclass(slots=True)
class Incoming(NoData, Generic[T]):
    """The typed data together with the message it came in, for mappings that also look at headers or the key."""

    data: T
    message: Message
