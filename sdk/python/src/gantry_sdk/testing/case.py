"""A golden case as it stands in its file."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from gantry_sdk import jsontext, reading
from gantry_sdk.host import Host
from gantry_sdk.message import Message


@dataclass(frozen=True)
class Grants:
    """What the plugin may use."""

    lookup: list[str] = field(default_factory=list)
    clock: bool = False
    """Not looked at: natively the clock can't be refused."""


@dataclass(frozen=True)
class Input:
    """A message of the batch."""

    payload: Any
    content_type: str = "application/json"
    key: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    id: str | None = None
    """Made from the position unless given."""
    event_time_ms: int | None = None
    """The time of the batch unless given."""
    attempt: int = 1
    repeat: int = 1
    """This message as often."""

    def message(self, at: int, now_ms: int) -> Message:
        """The message at this position of the batch."""
        return Message(
            payload=payload(self.payload),
            content_type=self.content_type,
            headers=[(name.lower(), value) for name, value in self.headers.items()],
            key=self.key,
            id=self.id or str(UUID(int=at)),
            event_time_ms=now_ms if self.event_time_ms is None else self.event_time_ms,
            attempt=self.attempt,
        )


@dataclass(frozen=True)
class Case:
    """A golden case."""

    description: str
    """What it shows, in a sentence."""
    input: list[Input] = field(default_factory=list)
    """The batch, as the file has it."""
    expected_of: list[Any] = field(default_factory=list, metadata={"member": "expected"})
    """The outcome of each message, as the file has it."""
    refused: list[Any] | None = None
    """Instead of a batch: the violations with which the settings are refused."""
    log: Any = None
    """Not looked at: lines of the log are the sandbox's to compare."""
    settings_object: dict[str, Any] = field(default_factory=dict, metadata={"member": "settings"})
    grants: Grants | None = None
    """What is granted; all tables of the case and the clock unless given."""
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Rows by table and key."""
    now_ms: int = 0
    """The clock, in milliseconds since the Unix epoch."""

    @classmethod
    def read(cls, file: Path) -> Case:
        """Reads the file and checks what its types don't say."""
        text = file.read_text("utf-8")
        case = reading.read(text, cls, strict=True)
        inputs = sum(input.repeat for input in case.input)
        if inputs != len(case.expected) or (not inputs and "input" not in json.loads(text) and case.refused is None):
            raise ValueError(f"{file.name}: {inputs} inputs and {len(case.expected)} expected outcomes")
        return case

    @property
    def expected(self) -> list[Any]:
        """The outcome of each message: written out, where one stands for many."""
        return [
            {kind: value for kind, value in outcome.items() if kind != "repeat"}
            for outcome in self.expected_of
            for _ in range(outcome.get("repeat", 1))
        ]

    @property
    def settings(self) -> str:
        """The settings for `configure`."""
        return jsontext.write(self.settings_object)

    def host(self) -> Host:
        """A host with the tables that are granted."""
        granted = self.tables if self.grants is None else self.grants.lookup
        return Host(tables={name: self.tables[name] for name in self.tables if name in granted}, now_ms=self.now_ms)

    def messages(self) -> list[Message]:
        """The batch."""
        inputs = [input for input in self.input for _ in range(input.repeat)]
        return [input.message(at, self.now_ms) for at, input in enumerate(inputs)]


def payload(value: Any) -> str | bytes:
    """The payload of a case: `{"text": …}` and `{"base64": …}` are raw; anything else is JSON."""
    found = raw(value)
    return jsontext.write(value) if found is None else found


def raw(value: Any) -> str | bytes | None:
    """The payload that a case gives as it is, perhaps so many `times`."""
    if isinstance(value, dict) and value.keys() == {"text", "times"}:
        return str(value["text"]) * int(value["times"])
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((name, text),) = value.items()
    if name == "text" and isinstance(text, str):
        return text
    if name == "base64" and isinstance(text, str):
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise ValueError(f"`{text}` is no base64: {error}") from error
    return None
