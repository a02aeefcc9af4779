"""Faults of the plugin, as far as a native run can know them: an exception is one here as it is in the sandbox.
Deadlines, memory, traps and what the host makes of an answer are the sandbox's."""

from typing import Any

from gantry_sdk import bug
from gantry_sdk.outcome import Outcome, Reject


def is_of_the_sandbox(expected: Any) -> bool:
    """Whether the case expects a fault that only the sandbox can tell. A native run may not even come back from its
    message."""
    wanted = expected.get("fault") if isinstance(expected, dict) else None
    return isinstance(wanted, dict) and "code" in wanted and bug.CODE not in _codes(wanted)


def fault_in(outcome: Outcome) -> dict[str, str] | None:
    """What the host would make a fault of."""
    if not isinstance(outcome, Reject) or outcome.code != bug.CODE:
        return None
    return {"code": outcome.code, "text": outcome.text, "stack": outcome.details.get("stack", "")}


def is_fault(expected: dict[str, Any], fault: dict[str, str]) -> bool:
    """Whether the fault is the expected one: one of its codes, all words that it must mention, whether there is a
    stack."""
    said = f"{fault['text']}\n{fault['stack']}"
    return (
        expected.keys() <= {"code", "mentions", "stack", "text"}
        and fault["code"] in _codes(expected)
        and all(word in said for word in expected.get("mentions", []))
        and expected.get("stack", bool(fault["stack"])) == bool(fault["stack"])
        and expected.get("text", fault["text"]) == fault["text"]
    )


def _codes(expected: dict[str, Any]) -> list[str]:
    codes = expected.get("code", bug.CODE)
    return codes if isinstance(codes, list) else [codes]
