/// Points in time, from date-times with an offset, from epochs, and from the local time of a zone.
///
/// An instant is written as RFC 3339 in UTC, with as many digits of a second as it has: `2026-03-09T09:15:00.123Z`.
/// Years are 1 to 9999; digits beyond nanoseconds are dropped; a 60th second is the first of the next minute. Zones are
/// those of the tz database, known from 1970 on.
#pragma once

#include <stdint.h>

#include "gantry/defect.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gantry_instant {
    int64_t seconds;     ///< Since 1970.
    int32_t nanoseconds; ///< 0 to 999,999,999
} gantry_instant;

/// What a number since 1970 counts.
typedef enum gantry_epoch {
    GANTRY_EPOCH_SECONDS,
    GANTRY_EPOCH_MILLIS,
} gantry_epoch;

/// What to do with a local time that a clock shows twice, when it is put back, or never, when it is put forward.
typedef enum gantry_disambiguation {
    GANTRY_TIME_REJECT,     ///< It is an `ambiguous-time` or a `nonexistent-time`.
    GANTRY_TIME_COMPATIBLE, ///< The first of two; the same time after a gap as before it, as most calendars do.
    GANTRY_TIME_EARLIER,    ///< The first of two; before a gap.
    GANTRY_TIME_LATER,      ///< The second of two; behind a gap.
} gantry_disambiguation;

/// The instant that a date-time with an offset stands for, by RFC 3339 or ISO 8601: `2026-03-09T10:15:00.123+01:00`,
/// `2026-03-09 09:15Z`, `20260309T091500Z`. One without an offset is `missing-offset`, anything else `not-a-datetime`.
gantry_defect gantry_instant_parse(gantry_text text, gantry_instant *instant);

/// The instant so many seconds or milliseconds after 1970 began, `1773047700.123`; anything else is `not-a-datetime`.
gantry_defect gantry_instant_epoch(gantry_text text, gantry_epoch unit, gantry_instant *instant);

/// The instant at which clocks in the zone, `Europe/Berlin` say, show this date and time: `not-a-datetime`,
/// `unknown-zone`, `ambiguous-time`, `nonexistent-time`; before 1970 `unknown-offset`.
gantry_defect gantry_instant_local(gantry_text text, gantry_text zone, gantry_disambiguation how,
                                   gantry_instant *instant);

/// What clocks in the zone show, as RFC 3339: `2026-03-09T10:15:00+01:00`. `unknown-zone`; before 1970
/// `unknown-offset`; where that is beyond the years, `not-a-datetime`.
gantry_defect gantry_instant_in_zone(gantry_instant instant, gantry_text zone, gantry_text *local);

/// As RFC 3339 in UTC, in the arena.
gantry_text gantry_instant_text(gantry_instant instant);

/// Below, at or above zero.
int gantry_instant_compare(gantry_instant a, gantry_instant b);

/// The disambiguation that a setting names: `reject`, `compatible`, `earlier`, `later`. False for anything else.
bool gantry_disambiguation_of(gantry_text name, gantry_disambiguation *how);

#ifdef __cplusplus
}
#endif
