"""What the members `do` of a message asks for: one function a command."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Never

from gantry_sdk import (
    MISSING,
    U64,
    Checker,
    Context,
    Field,
    Invalid,
    Message,
    Output,
    Reject,
    Retry,
    Skip,
    Violation,
    as_json_number,
    idempotency_key,
    log,
    member,
)
from gantry_sdk.quality.decimal import ZERO

from conformance.ambient import ambient
from conformance.outputs import emit
from conformance.quality import quality
from conformance.settings import Settings

Command = Callable[[Message, Context[Settings]], Any]


@dataclass
class Refused:
    """The members of `skip`, `reject` and `retry`."""

    code: str
    text: str
    details: dict[str, str] = field(default_factory=dict)
    after_ms: U64 | None = None


@dataclass
class Broken:
    """The members of `invalid`."""

    violations: list[Violation]


@dataclass
class Item:
    """What `check` looks at."""

    name: Field[str] = MISSING
    slashed: Field[str] = member("a/b~c", default=MISSING)
    amount: Field[Decimal] = MISSING


@dataclass
class Items:
    """The members of `check`."""

    items: list[Item]


@dataclass
class Line:
    """The members of `log`."""

    level: log.Level
    text: str
    fields: dict[str, str]


@dataclass
class Lookup:
    """The members of `lookup`."""

    table: str
    keys: list[str]


def echo(message: Message, _: Context[Settings]) -> Any:
    return message.read(dict[str, Any])["value"]


def key(message: Message, _: Context[Settings]) -> Output:
    made = idempotency_key(*message.read(dict[str, Any])["parts"])
    return Output.json({"key": made}, idempotency_key=made)


def skip(message: Message, _: Context[Settings]) -> Never:
    refused = message.read(Refused)
    raise Skip(refused.code, refused.text, details=refused.details)


def reject(message: Message, _: Context[Settings]) -> Never:
    refused = message.read(Refused)
    raise Reject(refused.code, refused.text, details=refused.details)


def retry(message: Message, _: Context[Settings]) -> Never:
    refused = message.read(Refused)
    after = None if refused.after_ms is None else timedelta(milliseconds=refused.after_ms)
    raise Retry(refused.code, refused.text, after=after, details=refused.details)


def invalid(message: Message, _: Context[Settings]) -> Never:
    raise Invalid(*message.read(Broken).violations)


def check(message: Message, _: Context[Settings]) -> dict[str, Any]:
    items = message.read(Items).items
    check = Checker()
    amounts = []
    for item in check.each("items", items):
        check.field("name", item.name.text)
        check.field("a/b~c", item.slashed.optional)
        amounts.append(check.field("amount", item.amount.required))
    check.finish()
    return {"count": len(items), "sum": sum(amounts, ZERO)}


@dataclass
class Amount:
    """The members of `number`."""

    value: Field[Decimal] = MISSING


def number(message: Message, _: Context[Settings]) -> dict[str, Any]:
    amount = message.read(Amount)
    check = Checker()
    value = check.field("value", amount.value.required, ZERO)
    check.finish()
    return {"number": as_json_number(value)}


def see(message: Message, ctx: Context[Settings]) -> dict[str, Any]:
    return {
        "id": message.id,
        "key": message.key,
        "content_type": message.content_type,
        "headers": message.headers,
        "event_time_ms": message.event_time_ms,
        "attempt": message.attempt,
        "kind": "text" if isinstance(message.payload, str) else "bytes",
        "settings": ctx.settings.as_given(),
    }


def write_log(message: Message, _: Context[Settings]) -> dict[str, Any]:
    line = message.read(Line)
    log.write(line.level, line.text, line.fields)
    return {"logged": line.level}


def lookup(message: Message, ctx: Context[Settings]) -> dict[str, Any]:
    wanted = message.read(Lookup)
    return {"rows": list(ctx.lookup(wanted.table, wanted.keys))}


@dataclass
class Known:
    """The members of `known`."""

    table: str
    keys: list[str]
    at: int


def known(message: Message, ctx: Context[Settings]) -> dict[str, Any]:
    wanted = message.read(Known)
    rows = ctx.lookup(wanted.table, wanted.keys)
    check = Checker()
    row = check.field("keys", lambda: rows.known(wanted.at, "unknown-country"))
    check.finish()
    return {"row": row}


def now(_: Message, ctx: Context[Settings]) -> dict[str, int]:
    return {"now_ms": ctx.now_ms()}


def throw(message: Message, _: Context[Settings]) -> Never:
    deliberate(message.read(dict[str, Any])["text"])


def deliberate(text: str) -> Never:
    """A bug, on purpose."""
    raise RuntimeError(text)


COMMANDS: dict[str, Command] = {
    "echo": echo,
    "emit": emit,
    "key": key,
    "skip": skip,
    "reject": reject,
    "retry": retry,
    "invalid": invalid,
    "check": check,
    "number": number,
    "see": see,
    "log": write_log,
    "lookup": lookup,
    "known": known,
    "quality": quality,
    "ambient": ambient,
    "now": now,
    "throw": throw,
}
