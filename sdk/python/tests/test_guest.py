"""Moves to the contract's types, with stand-ins for the modules that only exist where a component is built."""

import importlib
import sys
import unittest
from dataclasses import make_dataclass
from datetime import timedelta
from types import ModuleType
from typing import Any

import gantry_sdk
from gantry_sdk import Emit, Invalid, Output, Refusal, Reject, Retry, Skip, Violation

SHAPES = {
    "Payload_Text": "value",
    "Payload_Bytes": "value",
    "Message": "id key content_type headers event_time_ms attempt payload extensions",
    "Output": "route key idempotency_key content_type headers payload extensions",
    "Violation": "path code text",
    "Fault": "code text details",
    "RetryLater": "fault after_ms",
    "Outcome_Emit": "value",
    "Outcome_Skip": "value",
    "Outcome_Invalid": "value",
    "Outcome_Retry": "value",
    "Outcome_Reject": "value",
}


def contract() -> ModuleType:
    """The generated module, by the shapes of its classes."""
    types = ModuleType("wit_world.imports.types")
    for name, members in SHAPES.items():
        setattr(types, name, make_dataclass(name, members.split()))
    types.Outcome = object  # type: ignore[attr-defined]
    return types


class Conversions(unittest.TestCase):
    types: Any
    convert: Any

    @classmethod
    def setUpClass(cls) -> None:
        cls.types = contract()
        imports, package = ModuleType("wit_world.imports"), ModuleType("gantry_sdk.guest")
        imports.types = cls.types  # type: ignore[attr-defined]
        package.__path__ = [f"{path}/guest" for path in gantry_sdk.__path__]
        stand_ins = {"wit_world": ModuleType("wit_world"), "wit_world.imports": imports, "gantry_sdk.guest": package}
        sys.modules.update(stand_ins)
        cls.addClassCleanup(lambda: [sys.modules.pop(name) for name in stand_ins])
        cls.convert = importlib.import_module("gantry_sdk.guest.convert")

    def test_every_outcome_has_its_counterpart(self) -> None:
        types, outcome = self.types, self.convert.outcome
        fault = types.Fault("code", "text", [("name", "value")])
        details = {"name": "value"}
        self.assertEqual(outcome(Skip("code", "text", details=details)), types.Outcome_Skip(fault))
        self.assertEqual(outcome(Reject("code", "text", details=details)), types.Outcome_Reject(fault))
        later = Retry("code", "text", details=details, after=timedelta(seconds=1.5))
        self.assertEqual(outcome(later), types.Outcome_Retry(types.RetryLater(fault, 1500)))
        soon = outcome(Retry("code", "text", after=timedelta(seconds=-1)))
        self.assertEqual(soon.value.after_ms, 0)
        invalid = types.Outcome_Invalid([types.Violation("/a", "code", "text")])
        self.assertEqual(outcome(Invalid(Violation("/a", "code", "text"))), invalid)
        sent = outcome(Emit(Output.json({"a": 1}, key="k"), Output(payload=b"x", content_type="x/y")))
        self.assertEqual([type(output.payload).__name__ for output in sent.value], ["Payload_Text", "Payload_Bytes"])
        self.assertEqual(sent.value[0].key, "k")

    def test_a_message_comes_with_all_it_has(self) -> None:
        given = self.types.Message("i", "k", "x/y", [("a", "b")], 5, 2, self.types.Payload_Bytes(b"x"), [])
        message = self.convert.message(given)
        self.assertEqual((message.id, message.key, message.payload, message.attempt), ("i", "k", b"x", 2))
        self.assertEqual((message.headers, message.event_time_ms), ([("a", "b")], 5))

    def test_what_cannot_be_sent_is_found_before_it_ends_the_instance(self) -> None:
        number: Any = 7
        for made in (
            Emit(Output.json(1, key=number)),
            Emit(Output.json(1, headers={"a": number})),
            Emit(Output(payload="\ud800", content_type="text/plain")),
            Emit(number),
            Skip(number, "text"),
            Refusal("of no kind"),
        ):
            with self.subTest(made), self.assertRaises((TypeError, ValueError)):
                self.convert.outcome(made)

    def test_a_text_for_people_is_mended(self) -> None:
        self.assertEqual(self.convert.outcome(Skip("code", "a\ud800")).value.text, "a?")


if __name__ == "__main__":
    unittest.main()
