"""JSON text to values and back, exactly."""

import unittest
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from gantry_sdk import Field, Message, Output, Reject, member, reading
from gantry_sdk.jsontext import as_json_number, parse, write
from gantry_sdk.quality import currency, instant
from gantry_sdk.quality import decimal as quality_decimal


class Colour(Enum):
    RED = "red"


@dataclass
class Inner:
    order_id: str = member("OrderID", default="x")


@dataclass
class Outer:
    inner: Inner
    amount: Decimal
    day: date | None


@dataclass
class Booked:
    at: instant.Instant
    currency: currency.Currency
    day: date
    price: Decimal


class Text(unittest.TestCase):
    def test_a_value_passes_through_unchanged(self) -> None:
        for text in [
            "18446744073709551615",
            "-9007199254740993",
            '{"ä":"🦀","":[],"n":{"x":null},"t":true}',
            "[1.50,1e5,1E5,1e+05,0.30000000000000004,1e-7,0.00000001,-0.0,-0,0]",
            "[" + "1" * 5000 + ",-" + "1" * 4301 + ",0." + "1" * 5000 + "]",
            "[1e9999999999999999999,-1E-9999999999999999999,1e999999999]",
            '{"day":"2026-03-09","n":1e9999999999999999999}',
            '{"a":{"b":[{"c":1.10},"d"]}}',
        ]:
            self.assertEqual(write(parse(text)), text)

    def test_what_is_wrong_beside_a_number_that_is_only_passed_on_is_what_is_named(self) -> None:
        with self.assertRaisesRegex(TypeError, '"/b": it is a set'):
            write({"a": parse("1e9999999999999999999"), "b": {1}})
        self.assertEqual(parse('["\\ud83e\\udd80",1e9999999999999999999]')[0], "🦀")

    def test_a_uuid_is_its_text(self) -> None:
        self.assertEqual(write({"id": UUID(int=5)}), '{"id":"00000000-0000-0000-0000-000000000005"}')

    def test_values_of_the_kit_are_written_as_their_text(self) -> None:
        moment = instant.parse("2026-03-09T10:15:00.5+01:00")
        booked = Booked(moment, currency.of("eur"), date(2026, 3, 9), quality_decimal.plain("1.50"))
        members = '"at":"2026-03-09T09:15:00.5Z","currency":"EUR","day":"2026-03-09","price":"1.50"'
        self.assertEqual(write(booked), "{" + members + "}")
        self.assertEqual(write([{"b": {**vars(booked)}, "n": parse("1.0")}]), '[{"b":{' + members + '},"n":1.0}]')

    def test_values_of_the_kit_are_not_read_by_their_parts(self) -> None:
        with self.assertRaisesRegex(TypeError, "Booked.at: JSON can't be read into Instant"):
            reading.prepare(Booked)

    def test_what_arithmetic_makes_leaves_as_text(self) -> None:
        self.assertEqual(write(parse("1.10") + 1), '"2.10"')
        self.assertEqual(write({"sum": Decimal("1E+2"), "tiny": Decimal("1E-8")}), '{"sum":"100","tiny":"0.00000001"}')

    def test_dataclasses_dates_and_enums_are_written(self) -> None:
        value = [Outer(Inner(), Decimal("1.0"), date(2026, 3, 9)), Outer(Inner("y"), Decimal(2), None), Colour.RED]
        first = '{"inner":{"OrderID":"x"},"amount":"1.0","day":"2026-03-09"}'
        self.assertEqual(write(value), f'[{first},{{"inner":{{"OrderID":"y"}},"amount":"2","day":null}},"red"]')
        self.assertEqual(write({"a": Inner(), "b": parse("1.0")}), '{"a":{"OrderID":"x"},"b":1.0}')

    def test_a_decimal_is_a_json_number_with_every_digit_where_it_is_asked_for(self) -> None:
        for digits in ["0.10", "-3", "12345678901234567890.123", "0.0000000000000000000000000001", "100"]:
            self.assertEqual(write({"price": as_json_number(Decimal(digits))}), f'{{"price":{digits}}}')
        self.assertEqual(write([as_json_number(7), as_json_number(Decimal("1E+3"))]), "[7,1000]")
        self.assertEqual(write(as_json_number(Decimal("0.10")) + 1), '"1.10"')
        with self.assertRaises(ValueError):
            as_json_number(Decimal("NaN"))

    def test_what_json_cannot_hold_is_rejected_and_never_sent(self) -> None:
        circle: list[Any] = []
        circle.append(circle)
        output = Output(payload="", content_type="text/plain")
        values: list[Any] = [{1}, b"x", float("nan"), Decimal("NaN"), Decimal("1e5000"), "\ud800", circle]
        for value in [*values, {(1, 2): 3}, output, Message(""), Field(1), object()]:
            with self.subTest(repr(value)), self.assertRaises(Reject) as refused:
                Output.json(value)
            self.assertEqual(refused.exception.code, "not-serialisable")

    def test_the_place_of_what_json_cannot_hold_is_named_with_the_likely_cause(self) -> None:
        async def price() -> int:
            return 5

        waiting = price()
        self.addCleanup(waiting.close)
        lost: dict[str, tuple[Any, str]] = {
            "coroutine": (waiting, "is an `await` missing?"),
            "a/b~c": (float("nan"), "nan"),
            "infinite": (float("-inf"), "-inf"),
            "no-number": (Decimal("NaN"), "NaN"),
            "set": ({1}, "a set"),
            "bytes": (b"x", "bytes"),
            "function": (len, "parentheses"),
            "error": (ValueError("x"), "an exception"),
            "iterator": (iter([1]), "an iterator"),
            "object": (object(), "an instance of object"),
            "half": ("\ud800", "surrogate"),
            "key": ({(1, 2): 3}, "a key of the type tuple"),
            "name": ({"\ud800": 1}, "a member whose name is a text with half"),
        }
        for name, (value, cause) in lost.items():
            place = f"/lines/0/{name.replace('~', '~0').replace('/', '~1')}"
            with self.subTest(name), self.assertRaises((TypeError, ValueError)) as refused:
                write({"price": parse("1.0"), "lines": [{name: value}]})
            self.assertIn(f'"{place}": it is ', str(refused.exception))
            self.assertIn(cause, str(refused.exception))
        with self.assertRaisesRegex(ValueError, "at the root"):
            write(float("nan"))

    def test_what_is_no_json_is_refused(self) -> None:
        deep = "[" * 129 + "]" * 129
        endless = "[" * 100_000
        for text in ["NaN", "-Infinity", "01", '"\\ud800"', '{"\\uDC00": 1}', '"a\nb"', deep, endless, "\ufeff1"]:
            with self.subTest(text[:20]), self.assertRaises(ValueError):
                parse(text)

    def test_half_of_a_surrogate_pair_is_named_with_its_place(self) -> None:
        with self.assertRaisesRegex(ValueError, '"/lines/0/a~1b" has half of a surrogate pair'):
            parse('{"n": 1.5, "lines": [{"a/b": "x\\uD83D"}]}')
        self.assertEqual(parse('["\\\\ud83d"]'), ["\\ud83d"])

    def test_brackets_count_by_their_depth_and_not_by_their_number(self) -> None:
        self.assertEqual(len(parse("[" + "[{}]," * 1000 + "[]]")), 1001)
        self.assertEqual(parse('["' + "[" * 1000 + '\\"{"]'), ["[" * 1000 + '"{'])
        self.assertTrue(parse("[" * 128 + "]" * 128))

    def test_a_pair_of_surrogates_is_one_character(self) -> None:
        self.assertEqual(parse('"\\ud83e\\udd80"'), "🦀")


if __name__ == "__main__":
    unittest.main()
