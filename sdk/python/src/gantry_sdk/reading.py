"""Reads JSON into the author's types and says where and why it doesn't fit: an RFC 6901 pointer and a stable code.

| code | the JSON … |
|---|---|
| `not-json` | isn't JSON at all, is cut off, or isn't UTF-8 |
| `missing-field` | lacks a member; the pointer names the place where it belongs |
| `unknown-field` | has a member the type doesn't know (only where reading is strict, as it is of settings) |
| `duplicate-field` | has a member twice |
| `wrong-type` | has, say, a text where a number belongs |
| `wrong-value` | has the right type but no allowed value |

Everything that doesn't fit is reported, not only the first. The types are looked at once, when the plugin is loaded;
`gantry_sdk.readers` makes them into readers.
"""

from typing import Any, TypeVar, cast

from gantry_sdk import jsontext, records
from gantry_sdk.outcome import Invalid, Violation
from gantry_sdk.readers import Unfit, reader

T = TypeVar("T")


def read(payload: str | bytes, into: type[T], *, strict: bool = False) -> T:
    """Reads a whole JSON text into this type; `Invalid` lists what doesn't fit."""
    kind: Any = into
    read = reader(kind, strict=strict)
    try:
        text = payload if isinstance(payload, str) else payload.decode()
        value = jsontext.parse(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(Violation("", "not-json", str(error))) from error
    try:
        return cast(T, read(value))
    except Unfit as unfit:
        raise Invalid(*unfit.violations) from None


def prepare(into: Any, *, strict: bool = False) -> None:
    """Makes the reader of this type now: a type that can't be read into is found when the plugin is loaded."""
    reader(into, strict=strict)
    records.prepare()
