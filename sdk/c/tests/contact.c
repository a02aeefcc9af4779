/// E-mail addresses and phone numbers.
#include "test.h"

static void a_country_that_is_no_code_is_a_bug(void) {
    gantry_text number;
    EXPECT_CODE(gantry_phone(gantry_lit("0170 1234567"), gantry_lit("Germany"), &number), GANTRY_BUG, "Germany");
    EXPECT_CODE(gantry_phone(gantry_lit("+49 170 1234567"), gantry_lit(""), &number), NULL, "none");
}

static void spellings_of_one_address_become_one(void) {
    const char *const texts[] = {"Max.M@X.de", " max.m@x.DE", "Max M. <max.m@x.de>", "mailto:max.m@x.de"};
    gantry_text address;
    for (size_t at = 0; at < COUNT(texts); at++) {
        EXPECT_CODE(gantry_email(gantry_lit(texts[at]), &address), NULL, texts[at]);
        EXPECT_TEXT(address, "max.m@x.de");
    }
    EXPECT_CODE(gantry_email(gantry_lit(" mailto:Jürgen@Müller.DE "), &address), NULL, "umlauts");
    EXPECT_TEXT(address, "jürgen@müller.de");
    EXPECT_CODE(gantry_email(gantry_lit("\"a b\"@x.de"), &address), NULL, "quoted");
}

static void what_is_no_address_is_refused(void) {
    const char *const texts[] = {"",          "max",        "max@",           "@x.de",           "max@x",
                                 "max@@x.de", "max m@x.de", "a@x.de, b@x.de", "max@[1.2.3.4]",   "max..m@x.de",
                                 "max@-x.de", "max@x-.de",  "max@x..de",      "nobody@localhost"};
    gantry_text address;
    for (size_t at = 0; at < COUNT(texts); at++)
        EXPECT_CODE(gantry_email(gantry_lit(texts[at]), &address), "not-an-email", texts[at]);
}

static void national_spellings_are_read_by_the_plan_of_the_country(void) {
    const char *const cases[][3] = {
        {"(20) 7946-0958", "GB", "+442079460958"},      {"020 7946 0958", "GB", "+442079460958"},
        {"0921-12 34 65", "SE", "+46921123465"},        {"(11) 5555-7647", "BR", "+551155557647"},
        {"035-640230", "IT", "+39035640230"},           {"86 21 32 43", "DK", "+4586213243"},
        {"0049 30 12345678", "DE", "+493012345678"},    {"06 1 234 5678", "HU", "+3612345678"},
        {"+1 (503) 555-7555", "DE", "+15035557555"},    {"030 - 007 43 21", "DE", "+49300074321"},
        {"+44 (0)20 7946 0958", "DE", "+442079460958"}, {"503-555-7555", "US", "+15035557555"},
    };
    gantry_text number;
    for (size_t at = 0; at < COUNT(cases); at++) {
        EXPECT_CODE(gantry_phone(gantry_lit(cases[at][0]), gantry_lit(cases[at][1]), &number), NULL, cases[at][0]);
        EXPECT_TEXT(number, cases[at][2]);
    }
}

static void what_cannot_be_dialled_is_no_number(void) {
    const char *const cases[][2] = {{"26.47.15.10", "FR"}, {"call me", "DE"}, {"", "DE"},
                                    {"030 1234567", "ZZ"}, {"12", "DE"},      {"+", "DE"}};
    gantry_text number;
    for (size_t at = 0; at < COUNT(cases); at++) {
        EXPECT_CODE(gantry_phone(gantry_lit(cases[at][0]), gantry_lit(cases[at][1]), &number), "not-a-phone-number",
                    cases[at][0]);
    }
}

void test_contact(void) {
    a_country_that_is_no_code_is_a_bug();
    spellings_of_one_address_become_one();
    what_is_no_address_is_refused();
    national_spellings_are_read_by_the_plan_of_the_country();
    what_cannot_be_dialled_is_no_number();
}
