/// Dates: the same cases as the Rust SDK's.
#include "test.h"

static gantry_text parsed(const char *text, gantry_date_order order) {
    gantry_date date = {0};
    gantry_defect defect = gantry_date_parse(gantry_lit(text), order, &date);
    return gantry_is_fine(defect) ? gantry_date_text(date) : gantry_lit(defect.code);
}

static void many_spellings_are_one_date(void) {
    const char *const texts[] = {
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
    };
    for (size_t at = 0; at < COUNT(texts); at++) EXPECT_TEXT(parsed(texts[at], GANTRY_UNDECLARED), "2026-03-09");
}

static void slashes_follow_the_declared_order(void) {
    EXPECT_TEXT(parsed("9/3/2026", GANTRY_DAY_FIRST), "2026-03-09");
    EXPECT_TEXT(parsed("03-09-2026", GANTRY_MONTH_FIRST), "2026-03-09");
    EXPECT_TEXT(parsed("9/3/2026", GANTRY_UNDECLARED), "ambiguous-date");
    EXPECT_TEXT(parsed("3/3/2026", GANTRY_UNDECLARED), "2026-03-03");
    EXPECT_TEXT(parsed("25/12/2026", GANTRY_UNDECLARED), "2026-12-25");
    EXPECT_TEXT(parsed("25/12/2026", GANTRY_MONTH_FIRST), "not-a-date");
}

static void what_is_no_date_is_refused(void) {
    const char *const texts[] = {
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
        "9 jui 2026",
    };
    for (size_t at = 0; at < COUNT(texts); at++) EXPECT_TEXT(parsed(texts[at], GANTRY_DAY_FIRST), "not-a-date");
}

static void leap_days_are_dates_in_leap_years_only(void) {
    EXPECT_TEXT(parsed("29.02.2028", GANTRY_UNDECLARED), "2028-02-29");
    EXPECT_TEXT(parsed("29.02.2027", GANTRY_UNDECLARED), "not-a-date");
    EXPECT_TEXT(parsed("29.02.2000", GANTRY_UNDECLARED), "2000-02-29");
    EXPECT_TEXT(parsed("29.02.1900", GANTRY_UNDECLARED), "not-a-date");
}

void test_date(void) {
    many_spellings_are_one_date();
    slashes_follow_the_declared_order();
    what_is_no_date_is_refused();
    leap_days_are_dates_in_leap_years_only();
}
