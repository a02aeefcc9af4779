"""The runner of golden cases, and the modules that are made by a tool."""

import json
import runpy
import tempfile
import unittest
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

from gantry_sdk import Context, Emit, Invalid, Message, Output, Refusal, Reject, Retry, Skip, Violation, plugin
from gantry_sdk.testing import run_cases
from gantry_sdk.testing.compare import difference
from gantry_sdk.testing.fault import is_of_the_sandbox

SDK = Path(__file__).resolve().parent.parent
NAMES = SDK.parent / "rust/src/quality/country/names.txt"


@plugin
def told(message: Message, ctx: Context) -> Any:  # type: ignore[type-arg]
    if message.payload == "rows":
        return list(ctx.lookup("t", ["a"]))
    if message.payload == "boom":
        raise OverflowError("off by one")
    if message.payload == "endless":
        raise AssertionError("this message is the sandbox's")
    return {"key": message.key, "now": ctx.now_ms(), "payload": len(message.payload)}


def emitted(payload: str) -> Emit:
    return Emit(Output(payload=payload, content_type="application/json", route="erp"))


class Comparison(unittest.TestCase):
    def test_what_is_not_mentioned_is_not_compared(self) -> None:
        self.assertIsNone(difference({"emit": [{"payload": {"b": 2, "a": 1}}]}, emitted('{"a": 1, "b": 2}')))
        self.assertTrue(difference({"emit": [{"route": None}]}, emitted("{}")))

    def test_a_payload_is_compared_as_a_whole(self) -> None:
        text = difference({"emit": [{"payload": {"a": 1}}]}, emitted('{"a": 1, "b": 2}'))
        assert text
        self.assertIn("got", text)
        self.assertTrue(difference({"emit": [{"payload": {"a": 1}}]}, emitted('{"a": 1.0}')))
        self.assertTrue(difference({"emit": [{"payload": {"a": 1}}]}, emitted('{"a": true}')))
        self.assertIsNone(difference({"emit": [{"payload": {"text": "{ }"}}]}, emitted("{ }")))

    def test_one_violation_more_is_a_difference(self) -> None:
        outcome = Invalid(Violation("/a", "c", "t"), Violation("/b", "c", "t"))
        self.assertTrue(difference({"invalid": [{"path": "/a", "code": "c"}]}, outcome))
        self.assertIsNone(difference({"invalid": [{"path": "/a", "code": "c"}, {"path": "/b"}]}, outcome))

    def test_another_kind_of_outcome_is_a_difference(self) -> None:
        self.assertTrue(difference({"reject": {"code": "old"}}, Skip("old", "too old")))
        self.assertIsNone(difference({"skip": {"code": "old"}}, Skip("old", "too old")))
        self.assertIsNone(difference({"retry": {"after_ms": None}}, Retry("busy", "t")))
        self.assertTrue(difference({"skip": {}}, Refusal()))


    def test_an_exception_is_the_fault_that_a_case_expects(self) -> None:
        raised = Reject("plugin-exception", "OverflowError: off by one", details={"stack": "line 3, in deliberate"})
        met: list[dict[str, Any]] = [
            {},
            {"code": "plugin-exception"},
            {"code": ["plugin-trap", "plugin-exception"]},
            {"mentions": ["off by one", "deliberate"]},
            {"stack": True},
            {"text": "OverflowError: off by one"},
        ]
        for fault in met:
            self.assertIsNone(difference({"fault": fault}, raised), fault)
        unmet: list[dict[str, Any]] = [
            {"code": "plugin-trap"},
            {"mentions": ["on time"]},
            {"stack": False},
            {"text": "on time"},
            {"words": []},
        ]
        for fault in unmet:
            self.assertTrue(difference({"fault": fault}, raised), fault)
        self.assertIsNone(difference({"fault": {"stack": False}}, Reject("plugin-exception", "")))
        self.assertIn('"fault"', difference({"reject": {"code": "plugin-exception"}}, raised) or "")
        self.assertTrue(difference({"fault": {}}, emitted("{}")))
        self.assertTrue(difference({"fault": {}}, Reject("own", "")))

    def test_faults_that_only_the_sandbox_can_tell_are_known(self) -> None:
        for code in ["plugin-deadline", ["plugin-trap", "plugin-memory"]]:
            self.assertTrue(is_of_the_sandbox({"fault": {"code": code}}))
        for expected in [{"fault": {}}, {"fault": {"code": ["plugin-trap", "plugin-exception"]}}, {"skip": {}}]:
            self.assertFalse(is_of_the_sandbox(expected))


class Cases(unittest.TestCase):
    def run_case(self, **case: Any) -> None:
        with tempfile.TemporaryDirectory() as directory:
            Path(directory, "case.json").write_text(json.dumps({"description": "d", **case}), "utf-8")
            run_cases(told, directory)

    def test_tables_clock_and_keys_are_those_of_the_case(self) -> None:
        expected = [{"emit": [{"payload": {"key": "k", "now": 7, "payload": 2}}]}]
        self.run_case(input=[{"key": "k", "payload": {"base64": "AAE="}}], now_ms=7, expected=expected)
        rows: dict[str, Any] = {"input": [{"payload": {"text": "rows"}}], "tables": {"t": {"a": {"x": 1}}}}
        self.run_case(**rows, expected=[{"emit": [{"payload": [{"x": 1}]}]}])
        self.run_case(**rows, grants={"lookup": []}, expected=[{"reject": {"code": "unknown-table"}}])

    def test_faults_are_judged_where_a_native_run_can_know_them(self) -> None:
        boom, endless, other = ({"payload": {"text": text}} for text in ("boom", "endless", "{}"))
        deadline = {"fault": {"code": "plugin-deadline"}}
        with redirect_stderr(StringIO()) as said:
            fault = {"fault": {"code": "plugin-exception", "mentions": ["off by one"]}}
            self.run_case(input=[endless, boom, other], expected=[deadline, fault, {"emit": [{}]}])
        self.assertIn("message 0 is left out", said.getvalue())
        with self.assertRaisesRegex(AssertionError, "message 0"):
            self.run_case(input=[other], expected=[{"fault": {}}])

    def test_a_case_that_does_not_hold_says_so(self) -> None:
        with self.assertRaisesRegex(AssertionError, "case.json"):
            self.run_case(input=[{"payload": 1}], expected=[{"skip": {}}])

    def test_a_misspelt_member_is_noticed(self) -> None:
        with self.assertRaises(Invalid):
            self.run_case(inputs=[], input=[], expected=[])

    def test_a_directory_without_cases_is_a_failure(self) -> None:
        with tempfile.TemporaryDirectory() as directory, self.assertRaises(AssertionError):
            run_cases(told, directory)


@unittest.skipUnless(NAMES.exists(), "the list is part of the project's repository")
class MadeByTools(unittest.TestCase):
    def test_every_table_of_every_sdk_is_the_shared_one(self) -> None:
        for path, wanted in runpy.run_path(str(SDK.parent / "quality/tools/copies.py"))["all_copies"]().items():
            self.assertEqual(path.read_text("utf-8"), wanted, f"{path}: run sdk/quality/embed.py")


if __name__ == "__main__":
    unittest.main()
