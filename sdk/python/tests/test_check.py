"""The checker: every broken rule, each at its place."""

import unittest

from gantry_sdk import Checker, Defect, Invalid
from gantry_sdk.pointer import pointer


def broken() -> int:
    raise Defect("bad", "it is bad")


class Checks(unittest.TestCase):
    def test_every_broken_rule_is_reported_at_its_place(self) -> None:
        check = Checker()
        check.field("a/b~c", broken)
        for number in check.each("rows", [0, 1]):
            with check.within("x"):
                check.here(broken if number else lambda: 7)
        with check.within("rows", 0):
            check.rule("total", False, "wrong-total", lambda: "off")
        self.assertEqual([found.path for found in check.found], ["/a~1b~0c", "/rows/1/x", "/rows/0/total"])
        with self.assertRaises(Invalid) as refused:
            check.finish()
        self.assertEqual(refused.exception.violations, check.found)

    def test_nothing_found_refuses_nothing(self) -> None:
        check = Checker()
        self.assertEqual(check.field("a", lambda: 3), 3)
        check.rule("b", True, "never", "never")
        self.assertTrue(check.is_clean)
        check.finish()

    def test_a_broken_value_is_replaced(self) -> None:
        check = Checker()
        self.assertIsNone(check.field("a", broken))
        self.assertEqual(check.here(broken, 5), 5)
        self.assertEqual(check.count, 2)

    def test_the_place_is_left_whatever_ends_the_look(self) -> None:
        check = Checker()
        for _ in check.each("rows", [1, 2, 3]):
            break
        with self.assertRaises(ZeroDivisionError), check.within("a"):
            raise ZeroDivisionError
        for _ in zip(check.each("one", [1, 2]), check.each("two", [1]), strict=False):
            pass
        check.field("here", broken)
        self.assertEqual(check.found[0].path, "/here")

    def test_arrays_within_arrays_have_both_positions(self) -> None:
        check = Checker()
        for row in check.each("rows", [["a"], ["b", "c"]]):
            for cell in check.each("cells", row):
                check.rule("x", cell != "c", "no-c", "no c")
        self.assertEqual([found.path for found in check.found], ["/rows/1/cells/1/x"])

    def test_an_exception_that_is_no_defect_is_not_swallowed(self) -> None:
        with self.assertRaises(KeyError):
            Checker().field("a", lambda: dict[str, int]()["x"])

    def test_the_pointer_of_the_whole_is_empty(self) -> None:
        self.assertEqual(pointer(()), "")


if __name__ == "__main__":
    unittest.main()
