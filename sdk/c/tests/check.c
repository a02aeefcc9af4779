/// The checker, and members read with it.
#include "test.h"

static void every_broken_rule_is_reported_at_its_place(void) {
    gantry_checker check = {0};
    gantry_defect bad = gantry_defect_of("bad", "bad");
    gantry_check(&check, "a/b", bad);
    gantry_enter(&check, "rows");
    gantry_enter_element(&check, 1);
    gantry_check(&check, NULL, bad);
    gantry_check(&check, "x~", bad);
    gantry_leave(&check);
    gantry_leave(&check);
    gantry_rule(&check, "total", false, "wrong-total", "off by %d", 3);
    gantry_outcome outcome = gantry_refuse(&check);
    EXPECT(outcome.kind == GANTRY_INVALID && outcome.count == 4, "all of them");
    EXPECT_TEXT(outcome.violations[0].path, "/a~1b");
    EXPECT_TEXT(outcome.violations[1].path, "/rows/1");
    EXPECT_TEXT(outcome.violations[2].path, "/rows/1/x~0");
    EXPECT_TEXT(outcome.violations[3].text, "off by 3");
}

static void an_amount_that_a_csv_export_left_empty_is_none(void) {
    gantry_checker check = {0};
    gantry_decimal one = gantry_decimal_of(1, 0);
    gantry_json order = json("{\"a\": \"\", \"b\": \" \\t\", \"c\": \"2\", \"d\": \"x\"}");
    EXPECT(gantry_decimal_compare(gantry_decimal_or_at(&check, order, "a", one), one) == 0, "empty");
    EXPECT(gantry_decimal_compare(gantry_decimal_or_at(&check, order, "b", one), one) == 0, "blank");
    gantry_decimal given = gantry_decimal_or_at(&check, order, "c", one);
    EXPECT(gantry_decimal_compare(given, gantry_decimal_of(2, 0)) == 0, "given");
    EXPECT(check.count == 0, "none of them is wrong");
    gantry_decimal_or_at(&check, order, "d", one);
    gantry_decimal_at(&check, order, "a");
    EXPECT(check.count == 2, "wrong, and mandatory");
}

static void nothing_found_refuses_nothing(void) {
    gantry_checker check = {0};
    EXPECT(gantry_check(&check, "a", gantry_fine()) && gantry_rule(&check, "b", true, "c", "d"), "fine");
    EXPECT(gantry_is_clean(&check), "clean");
}

static void missing_null_and_blank_are_told_apart(void) {
    gantry_json object = json("{\"null\": null, \"blank\": \"  \", \"text\": \" Br\\u00fchl \", \"number\": 5}");
    const char *const cases[][2] = {
        {"none", "missing-field"}, {"null", "missing-field"}, {"blank", "empty-field"}, {"number", "wrong-type"}};
    for (size_t at = 0; at < COUNT(cases); at++) {
        gantry_checker check = {0};
        EXPECT(gantry_text_at(&check, object, cases[at][0]).ptr == NULL, cases[at][0]);
        EXPECT_TEXT(gantry_refuse(&check).violations[0].code, cases[at][1]);
    }
    gantry_checker check = {0};
    EXPECT(gantry_text_or_none_at(&check, object, "blank").ptr == NULL, "blank is none");
    EXPECT_TEXT(gantry_text_at(&check, object, "text"), "Brühl");
    EXPECT(gantry_object_at(&check, object, "none").node == NULL && gantry_is_clean(&check),
           "a missing object is none");
    gantry_array_at(&check, object, "null");
    EXPECT_TEXT(gantry_refuse(&check).violations[0].code, "wrong-type");
}

void test_check(void) {
    every_broken_rule_is_reported_at_its_place();
    an_amount_that_a_csv_export_left_empty_is_none();
    nothing_found_refuses_nothing();
    missing_null_and_blank_are_told_apart();
}
