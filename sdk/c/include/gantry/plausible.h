/// Plausibility, article numbers, and a few more rules for one value.
#pragma once

#include <stdint.h>

#include "gantry/check.h"
#include "gantry/date.h"
#include "gantry/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A rule of the business: a defect with this code unless it holds.
gantry_defect gantry_ensure(bool holds, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/// `out-of-range` unless the value is from `low` to `high`.
gantry_defect gantry_range(int64_t value, int64_t low, int64_t high);

/// `too-long` if the text has more characters, not bytes, than an ERP's column can hold.
gantry_defect gantry_length(gantry_text text, size_t limit);

/// The article number behind the shop's prefix: `PROD-12345` → `12345`. Anything but letters, digits, `-`, `.` and `_`
/// behind the prefix, or nothing at all, is a `wrong-sku`.
gantry_defect gantry_sku(gantry_text text, gantry_text prefix, gantry_text *number);

/// A mandatory date, or one that may be missing, null or blank.
gantry_date gantry_date_at(gantry_checker *check, gantry_json object, const char *name, gantry_date_order order);
gantry_date gantry_date_or_none_at(gantry_checker *check, gantry_json object, const char *name,
                                   gantry_date_order order);

#ifdef __cplusplus
}
#endif
