"""From a mapping to the outcomes of a batch."""

import unittest
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from gantry_sdk import (
    Context,
    Defect,
    Emit,
    Host,
    Incoming,
    Invalid,
    Message,
    Output,
    Reject,
    Retry,
    Skip,
    TableError,
    Violation,
    plugin,
)
from gantry_sdk.bug import CODE
from gantry_sdk.mapping import Plugin


@dataclass
class Settings:
    floor: int = 0


@dataclass
class Product:
    name: str


@plugin
def above_the_floor(number: int, ctx: Context[Settings]) -> int:
    if number < ctx.settings.floor:
        raise Skip("too-low", "below the floor")
    return number - ctx.settings.floor


@plugin(settings=Settings)
def split(words: Incoming[list[str]], ctx: Context[Any]) -> Emit:
    return Emit(*(Output.json(word, key=words.message.key) for word in words.data))


@plugin
def names(message: Message, ctx: Context) -> Any:  # type: ignore[type-arg]
    found = ctx.lookup("products", message.read(list[str]), Product)
    return [found.known(at, "unknown-product").name for at in range(len(found))]


@plugin
def troubled(do: str) -> Any:
    if do == "defect":
        raise Defect("bad", "it is bad")
    if do == "returned":
        return Retry("busy", "locked", after=timedelta(seconds=5))
    if do == "sum":
        return Decimal(10) ** 40 + Decimal("0.01")
    if do == "exit":
        raise SystemExit(3)
    if do == "deep":
        return troubled(do)
    return {"nothing": None, "list": [Output.json(1)]}[do]


def run(mapping: Any, *payloads: str, settings: str = "{}", host: Host | None = None) -> list[Any]:
    return Plugin.of(mapping).configure(settings, host or Host()).process(map(Message, payloads))


class Mapping(unittest.TestCase):
    def test_outcomes_stand_in_the_order_of_the_messages(self) -> None:
        sent, skipped, invalid = run(above_the_floor, "7", "3", "x", settings='{"floor": 5}')
        self.assertEqual(sent.outputs[0].payload, "2")
        self.assertEqual((type(skipped), skipped.code), (Skip, "too-low"))
        self.assertEqual(invalid.violations[0].code, "not-json")

    def test_one_message_may_become_several(self) -> None:
        message = Message('["a", "b"]', key="k")
        sent = Plugin.of(split).configure("{}", Host()).process_one(message)
        assert isinstance(sent, Emit)
        self.assertEqual([output.key for output in sent.outputs], ["k", "k"])

    def test_settings_that_do_not_fit_are_refused_with_their_path(self) -> None:
        for settings, path, code in [
            ('{"floor": "high"}', "/floor", "wrong-type"),
            ('{"x": 1}', "/x", "unknown-field"),
        ]:
            with self.assertRaises(Invalid) as refused:
                Plugin.of(above_the_floor).configure(settings, Host())
            violation = refused.exception.violations[0]
            self.assertEqual((violation.path, violation.code), (path, code))

    def test_a_mapping_stays_a_function(self) -> None:
        self.assertEqual(above_the_floor(7, Context(Settings(5))), 2)

    def test_what_nobody_caught_is_a_fault_of_its_message(self) -> None:
        for do, text in [("unknown", "KeyError: 'unknown'"), ("exit", "SystemExit: 3")]:
            (outcome,) = run(troubled, f'"{do}"')
            self.assertEqual((type(outcome), outcome.code, outcome.text), (Reject, CODE, text))
            self.assertIn("in troubled", outcome.details["stack"])
            self.assertTrue(outcome.details["stack"].endswith(text))

    def test_a_runaway_recursion_has_a_stack_that_can_be_read(self) -> None:
        (outcome,) = run(troubled, '"deep"')
        self.assertIn("more calls", outcome.details["stack"])
        self.assertLess(len(outcome.details["stack"].splitlines()), 100)

    def test_a_mapping_that_returns_nothing_has_a_bug(self) -> None:
        (outcome,) = run(troubled, '"nothing"')
        self.assertEqual(outcome.code, CODE)
        self.assertIn("returned nothing", outcome.text)

    def test_outputs_in_a_list_are_not_taken_for_data(self) -> None:
        (outcome,) = run(troubled, '"list"')
        self.assertEqual(outcome.code, "not-serialisable")

    def test_a_defect_nobody_caught_makes_the_whole_message_invalid(self) -> None:
        (outcome,) = run(troubled, '"defect"')
        self.assertEqual(outcome.violations, (Violation("", "bad", "it is bad"),))

    def test_a_refusal_may_be_returned(self) -> None:
        (outcome,) = run(troubled, '"returned"')
        self.assertEqual((type(outcome), outcome.after), (Retry, timedelta(seconds=5)))

    def test_arithmetic_is_exact_while_a_mapping_runs(self) -> None:
        (outcome,) = run(troubled, '"sum"')
        self.assertEqual(outcome.outputs[0].payload, '"1' + "0" * 40 + '.01"')

    def test_a_mapping_without_a_type_is_refused_when_it_is_loaded(self) -> None:
        def untyped(message, ctx):  # type: ignore[no-untyped-def]
            return message

        with self.assertRaises(TypeError):
            Plugin(untyped)


class Lookup(unittest.TestCase):
    host = Host(tables={"products": {"1": {"name": "Chai"}, "2": []}}, now_ms=1_700_000_000_123)

    def test_keys_of_a_lookup_of_another_type_are_a_fault_of_the_plugin_that_says_so(self) -> None:
        number = "the key 1 for the table `products` is int"
        wrong: list[tuple[Any, str]] = [(["1", 7], number), ("17", "use \\[key\\]")]
        for keys, sentence in wrong:
            with self.subTest(keys), self.assertRaisesRegex(TypeError, sentence):
                Context(None, self.host).lookup("products", keys)

    def test_rows_come_in_the_order_of_the_keys(self) -> None:
        rows = Context(None, self.host).lookup("products", ["9", "1"], Product)
        self.assertEqual(list(rows), [None, Product("Chai")])
        with self.assertRaises(Defect) as unknown:
            rows.known(0, "unknown-product")
        self.assertEqual(unknown.exception.text, "`9` is not in the table `products`")
        self.assertEqual(list(Context(None, self.host).lookup("products", ["1"])), [{"name": "Chai"}])

    def test_a_position_without_a_key_is_a_mistake_of_the_plugin(self) -> None:
        rows = Context(None, self.host).lookup("products", ["9", "1"], Product)
        for position in (2, -1):
            sentence = f"there is no position {position} in a lookup of 2 keys in the table `products`"
            for call in (rows.get, lambda position: rows.known(position, "unknown-product")):
                with self.assertRaises(IndexError) as mistake:
                    call(position)
                self.assertEqual(str(mistake.exception), sentence)

    def test_a_row_that_does_not_fit_names_itself(self) -> None:
        (outcome,) = run(names, '["2"]', host=self.host)
        self.assertEqual((type(outcome).__bases__[1], outcome.code), (Reject, "unfit-table-row"))
        self.assertTrue(outcome.text.startswith("the row `2` of the table `products`"), outcome.text)

    def test_a_table_that_is_not_there_rejects_the_message_unless_it_is_caught(self) -> None:
        (outcome,) = run(names, '["1"]')
        self.assertEqual(outcome.code, "unknown-table")
        with self.assertRaises(TableError):
            Context(None).lookup("prices", ["1"])

    def test_the_clock_stands_still(self) -> None:
        self.assertEqual(Context(None, self.host).now().isoformat(), "2023-11-14T22:13:20.123000+00:00")


class Messages(unittest.TestCase):
    def test_headers_are_found_whatever_their_case(self) -> None:
        message = Message("", headers=[("x-shop", "a")])
        self.assertEqual((message.header("X-Shop"), message.header("x-other")), ("a", None))

    def test_header_names_are_put_in_lower_case(self) -> None:
        output = Output(payload="x", content_type="text/plain", headers={"X-Shop": "A"})
        self.assertEqual(output.headers, [("x-shop", "A")])

    def test_an_unchanged_message_keeps_its_kind(self) -> None:
        output = Output.unchanged(Message(b"\x00", "application/x", [("a", "1"), ("a", "2")]))
        self.assertEqual((output.payload, output.headers), (b"\x00", [("a", "1"), ("a", "2")]))


if __name__ == "__main__":
    unittest.main()
