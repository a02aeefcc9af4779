/// What the readers of dates share.
#pragma once

#include "gantry/date.h"

/// `count` digits at the beginning of a text; -1 where there are fewer.
int gantry_date_digits(gantry_text text, size_t from, size_t count);

/// True for a time of day as it follows a date: `T10:15`, ` 10:15:00.123`, `T10:15:00Z`, `T10:15:00+01:00`. It is
/// checked, so that rubbish isn't taken for a date, and then left out.
bool gantry_is_time(gantry_text text);

/// The month that a folded word names, from 1; 0 for none, or for a beginning that two months share (`jui`).
int gantry_month_of(gantry_text word);

/// False unless there is such a day.
bool gantry_date_of(int year, int month, int day, gantry_date *date);

/// A day or a month of one digit or two, a year of four; -1 for anything else.
int gantry_date_short(gantry_text digits);
int gantry_date_year(gantry_text digits);

/// `9 March 2026`, `March 9, 2026`, `9. März 2026`, `Mon, 09 Mar 2026 10:00:00 +0100`
bool gantry_date_named(gantry_text text, gantry_date *date);
