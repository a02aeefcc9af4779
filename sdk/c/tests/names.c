/// Names of countries, currencies and articles.
#include "test.h"

static gantry_text country(gantry_text text) {
    gantry_text alpha2 = {NULL, 0};
    gantry_defect defect = gantry_country(text, &alpha2);
    return gantry_is_fine(defect) ? alpha2 : gantry_lit(defect.code);
}

static void spelling_does_not_matter_and_scripts_stay(void) {
    const char *const cases[][2] = {
        {"Côte d'Ivoire", "cotedivoire"},
        {"COTE D IVOIRE", "cotedivoire"},
        {"Österreich", "osterreich"},
        {"Łódź-Straße 7", "lodzstrasse7"},
        {"İstanbul", "istanbul"},
        {"Ελλάδα", "ελλάδα"},
        {"日本", "日本"},
        {" — ", ""},
        {"ΕΛΛΆΔΑ", "ελλάδα"},
    };
    for (size_t at = 0; at < COUNT(cases); at++) EXPECT_TEXT(gantry_fold(gantry_lit(cases[at][0])), cases[at][1]);
}

static void what_people_write_is_understood(void) {
    const char *const cases[][2] = {
        {"UK", "GB"},
        {"U.S.A.", "US"},
        {"The Netherlands", "NL"},
        {"ÖSTERREICH", "AT"},
        {"España", "ES"},
        {"日本", "JP"},
        {"Ελλάδα", "GR"},
        {"Россия", "RU"},
        {"РОССИЯ", "RU"},
        {"Türkei", "TR"},
        {"DEU", "DE"},
        {" de ", "DE"},
        {"Åland", "AX"},
        {"Viet Nam", "VN"},
        {"Côte d'Ivoire", "CI"},
        {"Bosnia & Herzegovina", "BA"},
    };
    for (size_t at = 0; at < COUNT(cases); at++) EXPECT_TEXT(country(gantry_lit(cases[at][0])), cases[at][1]);
    const char *const wrong[] = {"", "  ", "ZZ", "Atlantis", "Europe", "NULL", "zzzzzzzz", "a", "germany DE"};
    for (size_t at = 0; at < COUNT(wrong); at++) EXPECT_TEXT(country(gantry_lit(wrong[at])), "unknown-country");
}

/// The list itself, so that nothing gets lost on the way from the Rust SDK's.
static void every_name_of_the_list_is_found(void) {
    FILE *file = fopen("../rust/src/quality/country/names.txt", "r");
    char line[128];
    int count = 0;
    for (; file && fgets(line, sizeof line, file); count++) {
        gantry_text name = {line, strcspn(line, " ")};
        line[name.length + 3] = '\0';
        EXPECT_TEXT(country(name), line + name.length + 1);
    }
    EXPECT(count > 1000, "the list is there");
    if (file) fclose(file);
}

static void currencies_have_their_decimals(void) {
    gantry_currency currency;
    EXPECT_CODE(gantry_currency_of(gantry_lit(" eur "), &currency), NULL, "eur");
    EXPECT(strcmp(currency.code, "EUR") == 0 && currency.decimals == 2, "EUR");
    EXPECT_CODE(gantry_currency_of(gantry_lit("JPY"), &currency), NULL, "JPY");
    EXPECT(currency.decimals == 0, "JPY");
    const char *const wrong[] = {"€", "EURO", "", "ZZZ", "EU"};
    for (size_t at = 0; at < COUNT(wrong); at++) {
        EXPECT_CODE(gantry_currency_of(gantry_lit(wrong[at]), &currency), "unknown-currency", wrong[at]);
    }
}

static void a_number_needs_the_prefix_and_something_behind_it(void) {
    gantry_text number;
    EXPECT_CODE(gantry_sku(gantry_lit(" PROD-9.1 "), gantry_lit("PROD-"), &number), NULL, "PROD-9.1");
    EXPECT_TEXT(number, "9.1");
    EXPECT_CODE(gantry_sku(gantry_lit("77"), gantry_lit(""), &number), NULL, "77");
    const char *const wrong[] = {"PROD-", "prod-1", "PROD-1 2", "PROD-1/2", "", "XPROD-1"};
    for (size_t at = 0; at < COUNT(wrong); at++) {
        EXPECT_CODE(gantry_sku(gantry_lit(wrong[at]), gantry_lit("PROD-"), &number), "wrong-sku", wrong[at]);
    }
}

static void what_is_implausible_is_said(void) {
    EXPECT_TEXT(gantry_range(0, 1, 9).text, "0 is outside the plausible range from 1 to 9");
    EXPECT_CODE(gantry_range(9, 1, 9), NULL, "9");
    EXPECT_CODE(gantry_length(gantry_lit("Größe"), 5), NULL, "characters, not bytes");
    EXPECT_CODE(gantry_length(gantry_lit("Größen"), 5), "too-long", "six");
}

void test_names(void) {
    spelling_does_not_matter_and_scripts_stay();
    what_people_write_is_understood();
    every_name_of_the_list_is_found();
    currencies_have_their_decimals();
    a_number_needs_the_prefix_and_something_behind_it();
    what_is_implausible_is_said();
}
