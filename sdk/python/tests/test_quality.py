"""The data quality kit: the same results as in the project's other SDKs."""

import random
import unittest
from collections.abc import Callable
from datetime import date as Date
from decimal import Decimal
from pathlib import Path
from typing import Any

from gantry_sdk import Defect, quality
from gantry_sdk.quality import country, currency, date, decimal, email, fold, instant, month, phone, sku
from gantry_sdk.quality.date import Order
from gantry_sdk.quality.decimal import Notation

NAMES = Path(__file__).resolve().parents[2] / "rust/src/quality/country/names.txt"

SPELLINGS = [
    "2026-03-09",
    "20260309",
    "2026/3/9",
    "2026.03.09",
    "9.3.2026",
    "09.03.2026",
    "09.03.2026 14:30",
    "2026-03-09T10:15:00Z",
    "2026-03-09 10:15",
    "2026-03-09T23:59:59.123+02:00",
    "2026-03-09T10:15:00 +0100",
    "9 March 2026",
    "March 9, 2026",
    "Mar 9 2026",
    "9th of March 2026",
    "9. März 2026",
    "09 mars 2026",
    "9 de marzo de 2026",
    "9-Mar-2026",
    "Mon, 09 Mar 2026 10:00:00 +0100",
    "Montag, 9. März 2026",
    " 2026-03-09 ",
]

NO_DATES = [
    "",
    "NULL",
    "soon",
    "2026-02-29",
    "2026-13-01",
    "31.04.2026",
    "09.03.26",
    "2026-03-09T25:00",
    "2026-03-09x",
    "2026-03",
    "9.3.2026.1",
    "1/2/3/2026",
    "9 Marzipan 2026",
    "9 March 26",
    "9 March 2026 tomorrow",
    "0000-01-01",
    "2026-03-09T",
    "2026-03-09T10:15:00+x",
    "99 March 2026",
    "٢٠٢٦-٠٣-٠٩",
    "29.02.2027",
    ",",
    "9 March",
    "March",
]


def code(look: Callable[..., Any], *values: Any) -> str | None:
    """The code of the defect that these values have, if any."""
    try:
        look(*values)
    except Defect as defect:
        return defect.code
    return None


class Dates(unittest.TestCase):
    def test_many_spellings_are_one_date(self) -> None:
        for text in SPELLINGS:
            with self.subTest(text):
                self.assertEqual(date.parse(text), Date(2026, 3, 9))

    def test_slashes_follow_the_declared_order(self) -> None:
        self.assertEqual(date.parse("9/3/2026", Order.DAY_FIRST), Date(2026, 3, 9))
        self.assertEqual(date.parse("03-09-2026", Order.MONTH_FIRST), Date(2026, 3, 9))
        self.assertEqual(code(date.parse, "9/3/2026"), "ambiguous-date")
        self.assertEqual(date.parse("3/3/2026"), Date(2026, 3, 3))
        self.assertEqual(date.parse("25/12/2026"), Date(2026, 12, 25))
        self.assertEqual(code(date.parse, "25/12/2026", Order.MONTH_FIRST), "not-a-date")

    def test_what_is_no_date_is_refused(self) -> None:
        for text in NO_DATES:
            with self.subTest(text):
                self.assertEqual(code(date.parse, text, Order.DAY_FIRST), "not-a-date")
        self.assertIsNone(code(date.parse, "29.02.2028"))

    def test_every_date_survives_its_spellings(self) -> None:
        for _ in range(500):
            day = Date.fromordinal(random.randint(1, Date.max.toordinal()))
            self.assertEqual(date.parse(day.isoformat()), day)
            self.assertEqual(date.parse(f"{day.day}.{day.month}.{day.year:04}"), day)
            self.assertEqual(date.parse(f"{day.month}/{day.day}/{day.year:04}", Order.MONTH_FIRST), day)

    def test_no_text_makes_it_fail_otherwise(self) -> None:
        for _ in range(3000):
            text = "".join(random.choices("0123456789./ ,:TZaprilé+-März", k=random.randint(0, 24)))
            self.assertIn(code(date.parse, text), (None, "not-a-date", "ambiguous-date"))

    def test_months_are_known_by_their_beginnings_unless_two_share_them(self) -> None:
        for word, number in [("mar", 3), ("mrz", 3), ("mai", 5), ("juin", 6), ("juil", 7), ("dez", 12), ("jui", None)]:
            self.assertEqual(month.number(word), number)


class Decimals(unittest.TestCase):
    def test_groups_and_marks_follow_the_declared_notation(self) -> None:
        for text in ["1.234.567,89", "1 234 567,89", "1'234'567,89", "1\u202f234\u202f567,89", " 1234567,89 "]:
            self.assertEqual(decimal.parse(text, Notation.COMMA), Decimal("1234567.89"))
        self.assertEqual(decimal.parse("-1,234.5", Notation.POINT), Decimal("-1234.5"))
        for text in ["1,234,56", "12.34", "1.2345", "1234.567", ".567", "1,", ",5", "", "-", "1.234,5.6", "12a", "٣"]:
            with self.subTest(text):
                self.assertEqual(code(decimal.parse, text, Notation.COMMA), "not-a-decimal")

    def test_rounding_is_the_commercial_one(self) -> None:
        for text, result in [
            ("2.345", "2.35"),
            ("-2.345", "-2.35"),
            ("2.3449", "2.34"),
            ("5", "5.00"),
            ("-0.001", "0.00"),
        ]:
            self.assertEqual(str(decimal.rounded(Decimal(text), 2)), result)
        self.assertEqual(decimal.at_most_decimals(Decimal("1.500"), 1), Decimal("1.500"))
        self.assertEqual(code(decimal.at_most_decimals, Decimal("1.05"), 1), "too-many-decimals")

    def test_trailing_zeros_go_and_whole_numbers_stay_whole(self) -> None:
        for text, result in [("5.00", "5"), ("100", "100"), ("0.050", "0.05"), ("0.00", "0"), ("1E+2", "100")]:
            self.assertEqual(str(decimal.normalised(Decimal(text))), result)
        self.assertEqual(str(decimal.hundredth(Decimal("1234.5"))), "12.345")


class Names(unittest.TestCase):
    def test_what_people_write_is_understood(self) -> None:
        for text, found in [
            ("UK", "GB"),
            ("U.S.A.", "US"),
            ("The Netherlands", "NL"),
            ("ÖSTERREICH", "AT"),
            ("Côte d'Ivoire", "CI"),
            ("Türkei", "TR"),
            ("España", "ES"),
            ("日本", "JP"),
            ("Ελλάδα", "GR"),
            ("Россия", "RU"),
            ("DEU", "DE"),
            (" de ", "DE"),
            ("Bosnia & Herzegovina", "BA"),
            ("Åland", "AX"),
        ]:
            self.assertEqual(country.alpha2(text), found)

    def test_what_is_no_country_is_refused(self) -> None:
        for text in ["", "  ", "ZZ", "Atlantis", "Europe", "NULL", "a", "germany DE"]:
            self.assertEqual(code(country.alpha2, text), "unknown-country")

    @unittest.skipUnless(NAMES.exists(), "the list is part of the project's repository")
    def test_every_name_of_the_shared_list_is_known(self) -> None:
        for line in NAMES.read_text("utf-8").splitlines():
            name, found = line.split(" ")
            self.assertEqual(country.alpha2(name), found)

    def test_spelling_does_not_matter_and_scripts_stay(self) -> None:
        for text, folded in [
            ("COTE D IVOIRE", "cotedivoire"),
            ("Łódź-Straße 7", "lodzstrasse7"),
            ("İstanbul", "istanbul"),
        ]:
            self.assertEqual(fold.fold(text), folded)
        self.assertEqual(fold.fold("Ελλάδα"), "ελλάδα")

    def test_currencies_are_known_by_their_code(self) -> None:
        self.assertEqual(
            (currency.of(" eur ").code, currency.of("JPY").decimals, currency.of("KWD").decimals), ("EUR", 0, 3)
        )
        self.assertEqual(code(currency.of, "€"), "unknown-currency")


class Addresses(unittest.TestCase):
    def test_spellings_of_one_address_become_one(self) -> None:
        for text in ["Max.M@X.de", " max.m@x.DE", "Max M. <max.m@x.de>", "mailto:max.m@x.de"]:
            self.assertEqual(email.normalise(text), "max.m@x.de")
        self.assertEqual(email.normalise("Jürgen@Müller.DE"), "jürgen@müller.de")

    def test_what_is_no_address_is_refused(self) -> None:
        wrong = ["", "max", "max@", "@x.de", "max@x", "max@@x.de", "max m@x.de", "a@x.de, b@x.de", "max@[1.2.3.4]"]
        for text in [*wrong, "a..b@x.de", "max@-x.de", "max@x..de", "a" * 65 + "@x.de", "max@x.de>"]:
            with self.subTest(text):
                self.assertEqual(code(email.normalise, text), "not-an-email")

    def test_national_numbers_are_read_by_the_plan_of_the_country(self) -> None:
        for text, land, number in [
            ("030 - 007 43 21", "DE", "+49300074321"),
            ("+1 (503) 555-7555", "DE", "+15035557555"),
            ("(20) 7946-0958", "GB", "+442079460958"),
            ("020 7946 0958", "GB", "+442079460958"),
            ("0921-12 34 65", "SE", "+46921123465"),
            ("(11) 5555-7647", "BR", "+551155557647"),
            ("035-640230", "IT", "+39035640230"),
            ("86 21 32 43", "DK", "+4586213243"),
            ("0049 30 12345678", "DE", "+493012345678"),
            ("+49 (0)30 12345678", "GB", "+493012345678"),
            ("06 1 234 5678", "HU", "+3612345678"),
        ]:
            with self.subTest(text):
                self.assertEqual(phone.e164(text, land), number)

    def test_what_cannot_be_dialled_is_no_number(self) -> None:
        for text, land in [("26.47.15.10", "FR"), ("call me", "DE"), ("", "DE"), ("030 1234567", "ZZ"), ("12", "DE")]:
            with self.subTest(text):
                self.assertEqual(code(phone.e164, text, land), "not-a-phone-number")


class Rules(unittest.TestCase):
    def test_a_number_needs_the_prefix_and_something_behind_it(self) -> None:
        self.assertEqual(sku.strip_prefix(" PROD-9.1 ", "PROD-"), "9.1")
        self.assertEqual(sku.strip_prefix("77", ""), "77")
        for wrong in ["PROD-", "prod-1", "PROD-1 2", "PROD-1/2", "", "XPROD-1", "PROD-1\n2"]:
            self.assertEqual(code(sku.strip_prefix, wrong, "PROD-"), "wrong-sku")

    def test_the_text_names_the_bounds(self) -> None:
        with self.assertRaises(Defect) as defect:
            quality.range(0, 1, 9)
        self.assertEqual(defect.exception.text, "0 is outside the plausible range from 1 to 9")
        self.assertEqual(quality.range(Decimal(3), high=Decimal(3)), 3)

    def test_length_counts_characters(self) -> None:
        self.assertEqual(quality.length("Größe", 5), "Größe")
        self.assertEqual(code(quality.length, "Größen", 5), "too-long")
        self.assertEqual(code(quality.ensure, False, "never", "no"), "never")

    def test_a_declaration_may_be_a_word_and_an_unknown_one_is_a_mistake_of_the_author(self) -> None:
        self.assertEqual(date.parse("3/9/2026", "day_first"), Date(2026, 9, 3))  # type: ignore[arg-type]
        later = instant.parse_local("2026-10-25 02:30", "Europe/Berlin", "later")  # type: ignore[arg-type]
        self.assertEqual(str(later), "2026-10-25T01:30:00Z")
        for wrong in [
            lambda: date.parse("3/9/2026", "dmy"),  # type: ignore[arg-type]
            lambda: instant.parse_epoch("1700000000", "s"),  # type: ignore[arg-type]
            lambda: instant.parse_local("2026-10-25 02:30", "Europe/Berlin", "latter"),  # type: ignore[arg-type]
        ]:
            with self.assertRaises(ValueError):
                wrong()

    def test_a_country_of_a_phone_number_that_is_no_code_is_a_fault_of_the_plugin(self) -> None:
        for number in ["0170 1234567", "+49 170 1234567", "call me"]:
            with self.assertRaisesRegex(ValueError, "alpha-2 code, and `Germany` is none"):
                phone.e164(number, "Germany")
        self.assertEqual(phone.e164("+49 170 1234567", ""), "+491701234567")


if __name__ == "__main__":
    unittest.main()
