/// Decimals: the same cases as the Rust SDK's.
#define _GNU_SOURCE
#include "test.h"
#include <string.h>

static gantry_decimal value(const char *text) {
    gantry_decimal decimal = {0};
    EXPECT_CODE(gantry_decimal_parse(gantry_lit(text), GANTRY_PLAIN, &decimal), NULL, text);
    return decimal;
}

static void a_json_number_is_read_digit_for_digit(void) {
    const char *const same[] = {"0.1", "19.99", "-3", "1234567890123456.78", "0.30000000000000004", "9007199254740993"};
    gantry_decimal read;
    for (size_t at = 0; at < COUNT(same); at++) {
        EXPECT_CODE(gantry_as_decimal(json(same[at]), &read), NULL, same[at]);
        EXPECT_TEXT(gantry_decimal_text(read), same[at]);
    }
    const char *const others[][2] = {{"1.5e3", "1500"}, {"\"12.50\"", "12.50"}, {"25E-1", "2.5"}, {"1.50e+1", "15.0"}};
    for (size_t at = 0; at < COUNT(others); at++) {
        EXPECT_CODE(gantry_as_decimal(json(others[at][0]), &read), NULL, others[at][0]);
        EXPECT_TEXT(gantry_decimal_text(read), others[at][1]);
    }
}

static void every_digit_of_a_json_number_is_written(void) {
    const char *const digits[] = {"0.10", "-3", "12345678901234567890.123", "0.0000000000000000000000000001", "100"};
    for (size_t at = 0; at < COUNT(digits); at++) {
        gantry_writer out = gantry_writer_new();
        gantry_put_decimal_as_json_number(&out, NULL, value(digits[at]));
        EXPECT_TEXT(gantry_written(&out), digits[at]);
    }
}

static void what_is_no_decimal_is_a_defect(void) {
    const char *const cases[][2] = {{"\"12,50\"", "not-a-decimal"}, {"\"\"", "not-a-decimal"},
                                    {"\"1e3\"", "not-a-decimal"},   {"1e400", "not-a-decimal"},
                                    {"true", "wrong-type"},         {"[1]", "wrong-type"},
                                    {"{\"a\": 1}", "wrong-type"},   {"null", "missing-field"}};
    gantry_decimal read;
    for (size_t at = 0; at < COUNT(cases); at++) {
        EXPECT_CODE(gantry_as_decimal(json(cases[at][0]), &read), cases[at][1], cases[at][0]);
    }
    EXPECT_CODE(gantry_as_decimal(json("79228162514264337593543950335"), &read), NULL, "2^96 - 1");
    EXPECT_CODE(gantry_as_decimal(json("79228162514264337593543950336"), &read), "not-a-decimal", "2^96");
    const char *const limit = "is beyond what a decimal holds: 28 decimals, and about 28 digits in all";
    const char *const longer[] = {"1e30", "1e-30", "123456789012345678901234567890.12",
                                  "\"79228162514264337593543950336\""};
    for (size_t at = 0; at < COUNT(longer); at++) {
        gantry_text text = gantry_as_decimal(json(longer[at]), &read).text;
        EXPECT(memmem(text.ptr, text.length, limit, strlen(limit)) != NULL, longer[at]);
    }
}

static void groups_and_marks_follow_the_declared_notation(void) {
    const char *const same[] = {"1.234.567,89", "1 234 567,89", "1'234'567,89", "1\u202f234\u202f567,89",
                                " 1234567,89 "};
    const char *const wrong[] = {"1,234,56", "12.34", "1.2345", "1234.567",  ".567", "1,",
                                 ",5",       "",      "-",      "1.234,5.6", "12a",  "٣"};
    gantry_decimal read;
    for (size_t at = 0; at < COUNT(same); at++) {
        EXPECT_CODE(gantry_decimal_parse(gantry_lit(same[at]), GANTRY_COMMA, &read), NULL, same[at]);
        EXPECT_TEXT(gantry_decimal_text(read), "1234567.89");
    }
    for (size_t at = 0; at < COUNT(wrong); at++) {
        EXPECT_CODE(gantry_decimal_parse(gantry_lit(wrong[at]), GANTRY_COMMA, &read), "not-a-decimal", wrong[at]);
    }
    EXPECT_CODE(gantry_decimal_parse(gantry_lit("-1,234.5"), GANTRY_POINT, &read), NULL, "-1,234.5");
    EXPECT_TEXT(gantry_decimal_text(read), "-1234.5");
}

static void rounding_is_the_commercial_one(void) {
    const char *const cases[][2] = {{"2.345", "2.35"},
                                    {"-2.345", "-2.35"},
                                    {"2.3449", "2.34"},
                                    {"5", "5.00"},
                                    {"0.005", "0.01"},
                                    {"-0.004", "0.00"},
                                    {"79228162514264337593543950.335", "79228162514264337593543950.34"}};
    for (size_t at = 0; at < COUNT(cases); at++) {
        EXPECT_TEXT(gantry_decimal_text(gantry_decimal_rounded(value(cases[at][0]), 2)), cases[at][1]);
    }
    EXPECT_CODE(gantry_at_most_decimals(value("1.500"), 1), NULL, "1.500");
    EXPECT_CODE(gantry_at_most_decimals(value("1.05"), 1), "too-many-decimals", "1.05");
}

static void arithmetic_is_exact_or_refused(void) {
    gantry_decimal result;
    EXPECT(gantry_decimal_add(value("0.1"), value("0.20"), &result), "add");
    EXPECT_TEXT(gantry_decimal_text(result), "0.30");
    EXPECT(gantry_decimal_mul(value("19.99"), value("3"), &result), "mul");
    EXPECT_TEXT(gantry_decimal_text(result), "59.97");
    EXPECT(gantry_decimal_hundredth(value("1234.5"), &result), "hundredth");
    EXPECT_TEXT(gantry_decimal_text(result), "12.345");
    gantry_decimal most = value("79228162514264337593543950335");
    EXPECT(!gantry_decimal_add(most, value("1"), &result), "beyond all numbers");
    EXPECT(!gantry_decimal_mul(most, most, &result), "beyond all numbers");
    EXPECT(!gantry_decimal_hundredth(value("0.0000000000000000000000000001"), &result), "beyond all decimals");
}

static void values_are_compared_whatever_their_decimals(void) {
    EXPECT(gantry_decimal_compare(value("1.0"), value("1")) == 0, "equal");
    EXPECT(gantry_decimal_compare(value("-1.5"), value("-1.25")) < 0, "below zero");
    EXPECT(gantry_decimal_compare(value("79228162514264337593543950335"), value("0.0000000000000000000000000001")) > 0,
           "far apart");
    EXPECT_CODE(gantry_decimal_within(value("100.01"), 0, 100), "out-of-range", "100.01");
    EXPECT_CODE(gantry_decimal_within(value("100.00"), 0, 100), NULL, "100.00");
    EXPECT_TEXT(gantry_decimal_text(gantry_decimal_normalised(value("5.00"))), "5");
}

void test_decimal(void) {
    every_digit_of_a_json_number_is_written();
    a_json_number_is_read_digit_for_digit();
    what_is_no_decimal_is_a_defect();
    groups_and_marks_follow_the_declared_notation();
    rounding_is_the_commercial_one();
    arithmetic_is_exact_or_refused();
    values_are_compared_whatever_their_decimals();
}
