/// Reading and writing JSON.
#include "test.h"

static void members_are_found_wherever_they_stand(void) {
    gantry_json order = json(" {\"a\": [1, {\"b\": \"x\"}], \"c\\u0064\": {\"e\": null}, \"f\": true} ");
    EXPECT_TEXT(gantry_string(gantry_member(gantry_element(gantry_member(order, "a"), 1), "b")), "x");
    EXPECT(gantry_kind_of(gantry_member(gantry_member(order, "cd"), "e")) == GANTRY_NULL, "escaped name");
    EXPECT(gantry_kind_of(gantry_member(gantry_member(order, "x"), "y")) == GANTRY_MISSING, "deeper than there is");
    gantry_json misplaced = gantry_member(gantry_member(order, "a"), "y");
    gantry_text none;
    EXPECT(gantry_kind_of(misplaced) == GANTRY_MISPLACED, "an array is no object");
    EXPECT_CODE(gantry_as_text_or_none(misplaced, &none), "wrong-type", "and no empty one either");
    EXPECT_CODE(gantry_as_text_or_none(gantry_member(misplaced, "z"), &none), "wrong-type", "nor deeper");
    EXPECT(gantry_count(order) == 3 && gantry_count(gantry_member(order, "a")) == 2, "counts");
    EXPECT_TEXT(gantry_raw(gantry_member(order, "a")), "[1, {\"b\": \"x\"}]");
}

static void a_member_that_stands_there_twice_is_a_defect(void) {
    gantry_json twice = gantry_member(json("{\"a\": 1, \"b\": 2, \"a\": 1}"), "a");
    uint32_t number;
    EXPECT_CODE(gantry_as_u32(twice, &number), "duplicate-field", "a");
}

static void escapes_become_characters(void) {
    EXPECT_TEXT(gantry_string(json("\"\\u00e4 \\\" \\\\ \\/ \\n \\ud83d\\ude00 ü\"")), "ä \" \\ / \n 😀 ü");
    gantry_text nul = gantry_string(json("\"a\\u0000b\""));
    EXPECT(nul.length == 3 && nul.ptr[1] == '\0', "a NUL is a character like any other");
}

static void what_is_no_json_is_refused(void) {
    const char *const wrong[] = {
        "",
        " ",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "01",
        "1.",
        ".5",
        "-",
        "1e",
        "+1",
        "tru",
        "nulll",
        "\"a",
        "\"\\x\"",
        "\"\t\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "{'a':1}",
        "1 1",
        "[1]x",
        "\"\\u12\"",
        "{1:2}",
    };
    gantry_json value;
    for (size_t at = 0; at < COUNT(wrong); at++) {
        EXPECT_CODE(gantry_json_read(gantry_lit(wrong[at]), &value), "not-json", wrong[at]);
        EXPECT(gantry_kind_of(value) == GANTRY_MISSING, wrong[at]);
    }
    EXPECT_TEXT(gantry_json_read(gantry_lit("{\n \"a\": x}"), &value).text, "expected a value at line 2 column 7");
}

static void depth_has_a_limit(void) {
    char deep[260] = {0};
    gantry_json value;
    memset(deep, '[', 127);
    memset(deep + 127, ']', 127);
    EXPECT_CODE(gantry_json_read(gantry_lit(deep), &value), NULL, "127");
    memset(deep, '[', 128);
    memset(deep + 128, ']', 128);
    EXPECT_CODE(gantry_json_read(gantry_lit(deep), &value), "not-json", "128");
}

static void integers_keep_every_digit(void) {
    uint64_t large = 0;
    int64_t small = 0;
    uint32_t number = 0;
    EXPECT_CODE(gantry_as_u64(json("18446744073709551615"), &large), NULL, "most");
    EXPECT(large == UINT64_MAX, "most");
    EXPECT_CODE(gantry_as_i64(json("-9223372036854775808"), &small), NULL, "least");
    EXPECT(small == INT64_MIN, "least");
    const char *const wrong[] = {"4294967296", "-1", "1.0", "1e3", "\"1\"", "true", "[]", "18446744073709551616"};
    for (size_t at = 0; at < COUNT(wrong); at++)
        EXPECT_CODE(gantry_as_u32(json(wrong[at]), &number), "wrong-type", wrong[at]);
    EXPECT_CODE(gantry_as_i64(json("9223372036854775808"), &small), "wrong-type", "beyond");
    EXPECT_CODE(gantry_as_u32(json("-0"), &number), NULL, "-0");
    EXPECT_TEXT(gantry_as_u32(json("1e2"), &number).text,
                "expected a whole number from 0 to 4294967295, found a number with a point or an exponent");
}

static void what_is_written_can_be_read(void) {
    gantry_writer out = gantry_writer_new();
    gantry_put_object(&out, NULL);
    gantry_put_text(&out, "a\"b", gantry_lit("x\n\x01ü"));
    gantry_put_array(&out, "list");
    gantry_put_u64(&out, NULL, UINT64_MAX);
    gantry_put_i64(&out, NULL, INT64_MIN);
    gantry_put_boolean(&out, NULL, false);
    gantry_put_object(&out, NULL);
    gantry_end_object(&out);
    gantry_end_array(&out);
    gantry_put_text(&out, "none", (gantry_text){NULL, 0});
    gantry_put_decimal(&out, "price", gantry_decimal_of(450, 2));
    gantry_put_date(&out, "day", (gantry_date){2026, 3, 9});
    gantry_put_json(&out, "copy", json("[ 1.50 , { \"a\" : \"\\u00e4\" } , [ ] ]"));
    gantry_end_object(&out);
    EXPECT_TEXT(
        gantry_written(&out),
        "{\"a\\\"b\":\"x\\n\\u0001ü\",\"list\":[18446744073709551615,-9223372036854775808,false,{}],\"none\":null,"
        "\"price\":\"4.50\",\"day\":\"2026-03-09\",\"copy\":[1.50,{\"a\":\"\\u00e4\"},[]]}");
}

void test_json(void) {
    members_are_found_wherever_they_stand();
    a_member_that_stands_there_twice_is_a_defect();
    escapes_become_characters();
    what_is_no_json_is_refused();
    depth_has_a_limit();
    integers_keep_every_digit();
}

void test_writer(void) { what_is_written_can_be_read(); }
