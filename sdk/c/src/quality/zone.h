/// Time zones by the tz database, for `instant.c`. How the table is written is said in `sdk/quality/README.md`.
#pragma once

#include <stdint.h>

#include "gantry/text.h"

enum { GANTRY_DAY = 24 * 60 * 60 };

/// When clocks show a local time: at one instant, at two, or at none. Of none, `earlier` is what the clock would have
/// shown if it had been put forward already, and `later` as if it had not been put forward yet.
typedef struct gantry_readings {
    int count;
    int64_t earlier, later;
} gantry_readings;

/// The history of a zone; false where there is none of this name.
bool gantry_zone_of(gantry_text name, gantry_text *history);

/// How far clocks are from UTC, in seconds, at this many seconds since 1970.
int64_t gantry_zone_offset(gantry_text history, int64_t seconds);

/// When clocks show this many seconds since 1970 began on them.
gantry_readings gantry_zone_readings(gantry_text history, int64_t local);

/// The number of a day since 1970 began.
int64_t gantry_day_number(int64_t year, int64_t month, int64_t day);

/// The date of a day's number.
void gantry_day_date(int64_t number, int64_t *year, int *month, int *day);

/// `count` divided by `by`, rounded down.
static inline int64_t gantry_floor(int64_t count, int64_t by) { return count / by - (count % by < 0); }
