"""Write a Gantry plugin as one function on one message.

The author writes a mapping from a typed input to a typed output, and a settings class. This package does the rest: the
batch loop, reading the settings, JSON in and out, broken rules with their JSON Pointer, and what becomes of an
exception. The same code runs under plain CPython, so that mappings are tested and debugged without a sandbox.

    from dataclasses import dataclass
    from gantry_sdk import MISSING, Checker, Context, Field, plugin
    from gantry_sdk.quality import country

    @dataclass
    class Contact:
        name: Field[str] = MISSING
        country: Field[str] = MISSING

    @plugin
    def to_debtor(contact: Contact, ctx: Context) -> dict[str, str]:
        check = Checker()
        debtor = {
            "name": check.field("name", contact.name.text),
            "country": check.field("country", lambda: country.alpha2(contact.country.text())),
        }
        check.finish()
        return debtor
"""

from gantry_sdk import log
from gantry_sdk.check import Checker
from gantry_sdk.context import Context, NoSettings
from gantry_sdk.defect import Defect
from gantry_sdk.field import I32, I64, MISSING, U32, U64, Field, member
from gantry_sdk.host import Host
from gantry_sdk.idempotency import idempotency_key
from gantry_sdk.jsontext import JsonNumber, as_json_number
from gantry_sdk.lookup import Rows, TableError
from gantry_sdk.mapping import plugin
from gantry_sdk.message import Incoming, Message
from gantry_sdk.outcome import Emit, Invalid, Refusal, Reject, Retry, Skip, Violation
from gantry_sdk.output import Output

__all__ = [
    "I32",
    "I64",
    "MISSING",
    "U32",
    "U64",
    "Checker",
    "Context",
    "Defect",
    "Emit",
    "Field",
    "Host",
    "Incoming",
    "Invalid",
    "JsonNumber",
    "Message",
    "NoSettings",
    "Output",
    "Refusal",
    "Reject",
    "Retry",
    "Rows",
    "Skip",
    "TableError",
    "Violation",
    "as_json_number",
    "idempotency_key",
    "log",
    "member",
    "plugin",
]
