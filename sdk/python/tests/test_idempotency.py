import json
import unittest
from pathlib import Path
from typing import Any

from gantry_sdk import idempotency_key

VECTORS = Path(__file__).parents[3] / "tests/conformance/idempotency-keys.json"


class IdempotencyKeys(unittest.TestCase):
    def test_a_key_is_that_of_every_other_language(self) -> None:
        vectors = json.loads(VECTORS.read_text())
        self.assertGreaterEqual(len(vectors), 20)
        for parts, key in vectors:
            self.assertEqual(idempotency_key(*parts), key, parts)

    def test_whole_numbers_are_parts_and_what_is_neither_is_a_bug_that_is_named(self) -> None:
        self.assertEqual(idempotency_key("order", 17, 2**64 - 1), "order/17/18446744073709551615")
        others: list[Any] = [None, 1.5, True, b"x", {}]
        for part in others:
            with self.assertRaisesRegex(TypeError, "part 2 of an idempotency key is"):
                idempotency_key("order", part)
        with self.assertRaisesRegex(TypeError, "at least one part"):
            idempotency_key()

    def test_half_of_a_surrogate_pair_is_the_replacement_character(self) -> None:
        self.assertEqual(idempotency_key("a\ud800"), "a%EF%BF%BD")


if __name__ == "__main__":
    unittest.main()
