/// Dates of many spellings to ISO 8601.
///
/// | spelling | example |
/// |---|---|
/// | ISO 8601 and RFC 3339; the date as written, whatever the offset | `2026-03-09`, `20260309`,
/// `2026-03-09T23:59:59+02:00` | | year first | `2026/3/9`, `2026.03.09` | | points: day first, always | `9.3.2026`,
/// `09.03.2026` | | slashes or dashes: by the declared order | `9/3/2026`, `03-09-2026` | | names of months in English,
/// German, French or Spanish | `9 March 2026`, `Mar 9, 2026`, `9. März 2026`, `Mon, 09 Mar 2026 10:00:00 +0100` |
///
/// Years have four digits: `09.03.26` is `not-a-date`, since nobody can tell which century it means.
#pragma once

#include <stdint.h>

#include "gantry/defect.h"

#ifdef __cplusplus
extern "C" {
#endif

/// All zeros: no date.
typedef struct gantry_date {
    int16_t year; ///< 1 to 9999
    uint8_t month;
    uint8_t day;
} gantry_date;

/// What comes first in `03/09/2026`.
typedef enum gantry_date_order {
    GANTRY_UNDECLARED,  ///< Nobody said. Dates that can be read only one way pass; others are an `ambiguous-date`.
    GANTRY_DAY_FIRST,   ///< 3 September, as in Europe.
    GANTRY_MONTH_FIRST, ///< 9 March, as in the United States.
} gantry_date_order;

/// Bytes of `2026-03-09`.
#define GANTRY_DATE_ROOM 10

/// The date a text stands for; `not-a-date`, `ambiguous-date`.
gantry_defect gantry_date_parse(gantry_text text, gantry_date_order order, gantry_date *date);

static inline bool gantry_is_date(gantry_date date) { return date.month != 0; }

/// Below, at or above zero.
int gantry_date_compare(gantry_date a, gantry_date b);

/// As `2026-03-09`, without a closing NUL.
void gantry_date_write(gantry_date date, char to[GANTRY_DATE_ROOM]);

/// The same as a text in the arena.
gantry_text gantry_date_text(gantry_date date);

/// The order that a setting names: `undeclared`, `day_first`, `month_first`. False for anything else.
bool gantry_date_order_of(gantry_text name, gantry_date_order *order);

#ifdef __cplusplus
}
#endif
