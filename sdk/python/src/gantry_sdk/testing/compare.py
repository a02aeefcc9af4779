"""Holds an outcome against what a case expects of it. What the case doesn't mention isn't compared."""

import base64
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from gantry_sdk import jsontext
from gantry_sdk.outcome import Emit, Fault, Invalid, Outcome, Retry
from gantry_sdk.output import Output
from gantry_sdk.testing.case import raw
from gantry_sdk.testing.fault import fault_in, is_fault


def difference(expected: Any, outcome: Outcome) -> str | None:
    """The difference between what is expected and what came; none where the expectation holds."""
    fault = fault_in(outcome)
    actual = _described(outcome) if fault is None else {"fault": fault}
    wanted = expected.get("fault") if isinstance(expected, dict) else None
    if _holds(expected, actual) if fault is None or wanted is None else is_fault(wanted, fault):
        return None
    return f"expected\n{_pretty(expected)}\ngot\n{_pretty(actual)}"


def _holds(expected: Any, actual: Any) -> bool:
    """Each member that is expected is there and holds; arrays are of the same length; payloads are compared as a
    whole."""
    if isinstance(actual, _Payload):
        return actual.holds(expected)
    if isinstance(expected, dict) and isinstance(actual, dict):
        return all(_holds(value, actual.get(name)) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(_holds, expected, actual))
    return _same(expected, actual)


def _same(a: Any, b: Any) -> bool:
    """Equal as JSON: 1, 1.0 and true are three values."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[name], b[name]) for name in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, jsontext.Number) and isinstance(b, jsontext.Number) and (a.is_nan() or b.is_nan()):
        return a.source == b.source
    return (
        isinstance(a, Decimal) == isinstance(b, Decimal) and isinstance(a, bool) == isinstance(b, bool) and bool(a == b)
    )


class _Payload:
    """What an output carries."""

    def __init__(self, data: str | bytes) -> None:
        self._data = data

    def holds(self, expected: Any) -> bool:
        """As a JSON value where the case gives one, else byte for byte."""
        exact = raw(expected)
        if exact is not None:
            return _bytes(exact) == _bytes(self._data)
        try:
            return _same(expected, jsontext.parse(_bytes(self._data).decode()))
        except ValueError:
            return False

    def readable(self) -> Any:
        """With JSON as JSON instead of as text, as cases have it."""
        if isinstance(self._data, bytes):
            return {"base64": base64.b64encode(self._data).decode()}
        try:
            return json.loads(self._data)
        except ValueError:
            return {"text": self._data}


def _bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data


def _pretty(value: Any) -> str:
    def plain(value: Any) -> Any:
        return value.readable() if isinstance(value, _Payload) else str(value)

    return json.dumps(value, ensure_ascii=False, indent=2, default=plain)


def _described(outcome: Outcome) -> dict[str, Any]:
    """The outcome in the words of the case format."""
    if isinstance(outcome, Emit):
        return {"emit": [_output(output) for output in outcome.outputs]}
    if isinstance(outcome, Invalid):
        return {"invalid": [{"path": v.path, "code": v.code, "text": v.text} for v in outcome.violations]}
    if not isinstance(outcome, Fault):
        return {type(outcome).__name__: str(outcome)}
    fault: dict[str, Any] = {"code": outcome.code, "text": outcome.text}
    if outcome.details:
        fault["details"] = outcome.details
    if isinstance(outcome, Retry):
        fault["after_ms"] = None if outcome.after is None else outcome.after // timedelta(milliseconds=1)
    kind = next(
        name for name in ("skip", "retry", "reject") if name in {c.__name__.lower() for c in type(outcome).mro()}
    )
    return {kind: fault}


def _output(output: Output) -> dict[str, Any]:
    return {
        "route": output.route,
        "key": output.key,
        "idempotency_key": output.idempotency_key,
        "content_type": output.content_type,
        "headers": dict(output.headers),
        "payload": _Payload(output.payload),
    }
