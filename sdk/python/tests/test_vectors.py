"""The vectors of the data quality kit, `sdk/quality/vectors`: every SDK answers each of them alike."""

import json
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gantry_sdk.defect import Defect
from gantry_sdk.quality import country, currency, date, decimal, email, instant, phone
from gantry_sdk.quality.date import Order
from gantry_sdk.quality.decimal import Notation
from gantry_sdk.quality.instant import Disambiguation, Epoch

VECTORS = Path(__file__).resolve().parents[2] / "quality/vectors"
Vector = dict[str, Any]


class Agreement(unittest.TestCase):
    maxDiff = None

    def agree(self, kind: str, answer: Callable[[Vector], str]) -> None:
        vectors = json.loads((VECTORS / f"{kind}.json").read_text("utf-8"))["vectors"]
        self.assertGreaterEqual(len(vectors), 100)
        wrong = []
        for vector in vectors:
            try:
                found = {"value": answer(vector)}
            except Defect as defect:
                found = {"code": defect.code}
            if found != {key: vector[key] for key in ("value", "code") if key in vector}:
                wrong.append((vector, found))
        self.assertEqual(wrong, [])

    def test_phone_numbers_agree(self) -> None:
        self.agree("phones", lambda vector: phone.e164(vector["text"], vector["country"]))

    def test_email_addresses_agree(self) -> None:
        self.agree("emails", lambda vector: email.normalise(vector["text"]))

    def test_dates_agree(self) -> None:
        self.agree("dates", lambda vector: date.parse(vector["text"], Order(vector["order"])).isoformat())

    def test_decimals_agree(self) -> None:
        self.agree("decimals", lambda vector: format(decimal.parse(vector["text"], Notation(vector["notation"])), "f"))

    def test_countries_agree(self) -> None:
        self.agree("countries", lambda vector: country.alpha2(vector["text"]))

    def test_currencies_agree(self) -> None:
        def answer(vector: Vector) -> str:
            found = currency.of(vector["text"])
            self.assertEqual(found.decimals, vector["decimals"])
            return found.code

        self.agree("currencies", answer)

    def test_instants_agree(self) -> None:
        self.agree("instants", lambda vector: str(instant.parse(vector["text"])))

    def test_epochs_agree(self) -> None:
        self.agree("epochs", lambda vector: str(instant.parse_epoch(vector["text"], Epoch(vector["unit"]))))

    def test_zoned_times_agree(self) -> None:
        self.agree("zoned-times", lambda vector: instant.in_zone(instant.parse(vector["text"]), vector["zone"]))

    def test_local_times_agree(self) -> None:
        def answer(vector: Vector) -> str:
            how = Disambiguation(vector["disambiguation"])
            return str(instant.parse_local(vector["text"], vector["zone"], how))

        self.agree("local-times", answer)
