"""Reading JSON into types: what fits, and what is wrong with what doesn't."""

import unittest
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

from gantry_sdk import I32, MISSING, U32, Defect, Field, Invalid, Violation, member
from gantry_sdk.reading import prepare, read


class Unit(str, Enum):
    PIECE = "piece"


@dataclass(kw_only=True)
class Line:
    sku: str = member("a/b~c")
    quantity: U32
    unit: Unit | None = None


@dataclass
class Order:
    lines: list[Line]


@dataclass
class Loose:
    text: Field[str] = MISSING
    small: Field[U32] = MISSING
    signed: Field[I32] = MISSING
    amount: Field[Decimal] = MISSING
    flag: Field[bool] = MISSING
    unit: Field[Unit] = MISSING


@dataclass
class Tree:
    name: str
    children: "list[Tree]" = field(default_factory=list)


@dataclass
class Checked:
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise Invalid(Violation("/low", "out-of-order", "above the high one"))
        if self.low == self.high:
            raise Defect("empty-range", "nothing in between")


@dataclass
class Aliased:
    name: str | None = member("name", "description", default=None)


def verdicts(json: str | bytes, kind: Any, *, strict: bool = False) -> list[tuple[str, str]]:
    try:
        read(json, kind, strict=strict)
    except Invalid as invalid:
        return [(found.path, found.code) for found in invalid.violations]
    return []


class Reading(unittest.TestCase):
    def test_an_amount_that_a_csv_export_left_empty_is_none_where_there_need_not_be_one(self) -> None:
        for text in ["", " \\t"]:
            amount = read(f'{{"amount":"{text}"}}', Loose).amount
            self.assertEqual((amount.optional(), amount.value_or(Decimal(1)), amount.is_null), (None, 1, False))
            with self.assertRaises(Defect) as refused:
                amount.required()
            self.assertEqual(refused.exception.code, "not-a-decimal")
        with self.assertRaises(Defect):
            read('{"amount":"x"}', Loose).amount.optional()
        with self.assertRaises(Defect):
            read('{"small":""}', Loose).small.optional()

    def test_what_is_wrong_with_a_number_is_said(self) -> None:
        for text, kind, cause in [
            ("1.0", U32, "to 4294967295, found a number with a point or an exponent"),
            ("1e2", int, "expected a whole number, found a number with a point or an exponent"),
            ("1e30", Decimal, "`1e30` is beyond what a decimal holds: 28 decimals"),
            ("123456789012345678901234567890.12", Decimal, "beyond what a decimal holds"),
            ('"123456789012345678901234567890"', Decimal, "beyond what a decimal holds"),
            ("1e-30", Decimal, "`1e-30` is beyond"),
            ('"1,5"', Decimal, "of the expected notation"),
        ]:
            with self.subTest(text), self.assertRaises(Invalid) as refused:
                read(text, kind)
            self.assertIn(cause, refused.exception.violations[0].text)

    def test_a_number_is_judged_where_it_is_read(self) -> None:
        long, vast = "1" * 5000, "1e9999999999999999999"
        self.assertEqual(read(f'{{"other":[{long},{vast}]}}', Loose), Loose())
        self.assertEqual(read('{"small":-0,"signed":-0,"amount":-0}', Loose).small.required(), 0)
        self.assertEqual((read("-0", int), read("-0", float), str(read("-0", Decimal))), (0, 0.0, "0"))
        for text, kind, code, cause in [
            (long, int, "wrong-type", "expected a whole number of at most 4300 digits"),
            (long, U32, "wrong-type", "from 0 to 4294967295"),
            (long, Decimal, "not-a-decimal", "1111"),
            (vast, Decimal, "not-a-decimal", vast),
            (vast, float, "wrong-value", vast),
            ("1e999999999", float, "wrong-value", "1e999999999"),
            (long, float, "wrong-value", "1111"),
        ]:
            with self.subTest(text[:30], kind=kind), self.assertRaises(Invalid) as refused:
                read(text, kind)
            [found] = refused.exception.violations
            self.assertEqual((found.path, found.code), ("", code))
            self.assertIn(cause, found.text)

    def test_every_kind_of_mismatch_has_its_code_and_its_pointer(self) -> None:
        for json, path, code in [
            ('{"lines": [{"a/b~c": "x", "quantity": 1}, {"a/b~c": "y"}]}', "/lines/1/quantity", "missing-field"),
            ('{"lines": [{"quantity": 1}]}', "/lines/0/a~1b~0c", "missing-field"),
            ('{"lines": [{"a/b~c": 5, "quantity": 1}]}', "/lines/0/a~1b~0c", "wrong-type"),
            ('{"lines": [{"a/b~c": "x", "quantity": "1"}]}', "/lines/0/quantity", "wrong-type"),
            ('{"lines": [{"a/b~c": "x", "quantity": true}]}', "/lines/0/quantity", "wrong-type"),
            ('{"lines": [{"a/b~c": "x", "quantity": 1.0}]}', "/lines/0/quantity", "wrong-type"),
            ('{"lines": [{"a/b~c": "x", "quantity": -1}]}', "/lines/0/quantity", "wrong-value"),
            ('{"lines": [{"a/b~c": "x", "quantity": 1, "unit": "box"}]}', "/lines/0/unit", "wrong-value"),
            ('{"lines": [{"a/b~c": "x", "quantity": 1, "unit": 3}]}', "/lines/0/unit", "wrong-type"),
            ('{"lines": [{"a/b~c": "x", "quantity": 1, "quantity": 2}]}', "/lines/0", "duplicate-field"),
            ('{"lines": {}}', "/lines", "wrong-type"),
            ('{"lines": null}', "/lines", "wrong-type"),
            ("[]", "", "wrong-type"),
            ('{"lines": []', "", "not-json"),
            ('{"lines": []} x', "", "not-json"),
            ("", "", "not-json"),
        ]:
            with self.subTest(json):
                self.assertEqual(verdicts(json, Order), [(path, code)])
        self.assertEqual(verdicts('{"lines": [], "rows": 1}', Order, strict=True), [("/rows", "unknown-field")])
        self.assertEqual(verdicts('{"lines": [], "rows": 1}', Order), [])
        self.assertEqual(verdicts(b'"\xff"', str), [("", "not-json")])

    def test_all_mismatches_are_reported_and_not_only_the_first(self) -> None:
        json = '{"lines": [{"a/b~c": 1}, {"a/b~c": "x", "quantity": "1"}]}'
        found = [("/lines/0/a~1b~0c", "wrong-type"), ("/lines/0/quantity", "missing-field")]
        self.assertEqual(verdicts(json, Order), [*found, ("/lines/1/quantity", "wrong-type")])

    def test_what_a_dataclass_finds_wrong_is_reported_at_its_place(self) -> None:
        self.assertEqual(verdicts('[{"low": 2, "high": 1}]', list[Checked]), [("/0/low", "out-of-order")])
        self.assertEqual(verdicts('[{"low": 1, "high": 1}]', list[Checked]), [("/0", "empty-range")])

    def test_types_of_all_kinds_are_read(self) -> None:
        self.assertEqual(read('{"a": [1]}', dict[str, list[int]]), {"a": [1]})
        self.assertEqual(read("[1, null]", tuple[int | None, ...]), (1, None))
        self.assertEqual(read('"b"', Literal["a", "b"]), "b")  # type: ignore[arg-type]
        self.assertEqual(read("1.50", Decimal).as_tuple().exponent, -2)
        self.assertEqual(read("1", float), 1.0)
        self.assertEqual(read('{"a": 1}', dict), {"a": 1})
        tree = read('{"name": "a", "children": [{"name": "b"}]}', Tree)
        self.assertEqual(tree, Tree("a", [Tree("b")]))

    def test_an_alias_is_read_where_the_name_is_missing(self) -> None:
        self.assertEqual(read('{"description": "Chai"}', Aliased).name, "Chai")
        self.assertEqual(read('{"description": "Chai", "name": "Tea"}', Aliased).name, "Tea")

    def test_a_type_that_json_cannot_be_read_into_is_found_at_once(self) -> None:
        @dataclass
        class Deep:
            wrong: list[set[int]]

        for kind in (set[int], int | str, Deep, Field[list[int]]):
            with self.subTest(kind), self.assertRaises(TypeError):
                prepare(kind)

    def test_a_huge_value_makes_no_huge_text(self) -> None:
        with self.assertRaises(Invalid) as refused:
            read('"' + "ä" * 10_000 + '"', Unit)
        self.assertLess(len(refused.exception.violations[0].text), 400)


class Fields(unittest.TestCase):
    def test_a_value_of_any_other_type_is_wrong_but_not_fatal(self) -> None:
        for json in ["1", "-1", "1.5", "true", '[1, {"a": 2}]', '{"a": [1]}']:
            with self.subTest(json):
                self.assertEqual(self.code(f'{{"text": {json}}}', "text"), "wrong-type")
        self.assertEqual(self.code('{"small": 4294967296}', "small"), "wrong-type")
        self.assertEqual(self.code('{"unit": "box"}', "unit"), "wrong-value")
        self.assertEqual(read('{"signed": -5}', Loose).signed, Field(-5))
        self.assertEqual(read('{"flag": false}', Loose).flag.required(), False)

    def test_missing_null_and_blank_are_told_apart(self) -> None:
        self.assertEqual(self.code("{}", "text"), "missing-field")
        self.assertEqual(self.code('{"text": null}', "text"), "missing-field")
        self.assertTrue(read("{}", Loose).text.is_missing)
        self.assertTrue(read('{"text": null}', Loose).text.is_null)
        blank = read('{"text": "  "}', Loose).text
        self.assertIsNone(blank.text_or_none())
        with self.assertRaises(Defect) as empty:
            blank.text()
        self.assertEqual(empty.exception.code, "empty-field")
        self.assertEqual(read('{"text": " Br\\u00fchl "}', Loose).text.text(), "Brühl")
        self.assertEqual(MISSING.value_or(3), 3)

    def test_a_json_number_is_read_digit_for_digit(self) -> None:
        for json in ["0.1", "19.99", "-3", "1234567890123456.78", "0.30000000000000004", "9007199254740993"]:
            self.assertEqual(str(self.amount(json)), json)
        for json, text in [("1.5e3", "1500"), ("1e2", "100"), ('"12.50"', "12.50"), ("-0.0", "0.0"), ("1e-8", "1E-8")]:
            self.assertEqual(str(self.amount(json)), text)

    def test_what_is_no_decimal_is_wrong_but_not_fatal(self) -> None:
        for json, code in [
            ('"12,50"', "not-a-decimal"),
            ('""', "not-a-decimal"),
            ('"1e3"', "not-a-decimal"),
            ("1e400", "not-a-decimal"),
            ("1e999999999", "not-a-decimal"),
            ("1e-29", "not-a-decimal"),
            ("79228162514264337593543950336", "not-a-decimal"),
            ("true", "wrong-type"),
            ("[1]", "wrong-type"),
            ('{"a": 1}', "wrong-type"),
        ]:
            with self.subTest(json):
                self.assertEqual(self.code(f'{{"amount": {json}}}', "amount"), code)
        self.assertEqual(str(self.amount("79228162514264337593543950335")), "79228162514264337593543950335")

    def amount(self, json: str) -> Decimal:
        return read(f'{{"amount": {json}}}', Loose).amount.required()

    def code(self, json: str, name: str) -> str:
        with self.assertRaises(Defect) as wrong:
            getattr(read(json, Loose), name).required()
        return wrong.exception.code


if __name__ == "__main__":
    unittest.main()
