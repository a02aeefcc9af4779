/// From JSON values to C values, with the defect where one doesn't fit.
///
/// Two families. `gantry_as_…` answers for one value and knows no path. `gantry_…_at` reads the member `name` of an
/// object, records what is wrong with it at its place, and then answers with nothing: an empty text, 0, a missing
/// value.
///
/// | code | the value … |
/// |---|---|
/// | `missing-field` | isn't there, or is null |
/// | `empty-field` | is a text of nothing but blanks |
/// | `wrong-type` | is of another type, or a number beyond the type's bounds |
/// | `duplicate-field` | stands there twice |
#pragma once

#include <stdint.h>

#include "gantry/check.h"
#include "gantry/decimal.h"
#include "gantry/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The defect of a value that isn't what was expected: `expected a text, found a number`.
gantry_defect gantry_unfit(gantry_json value, const char *expected);

/// A text without surrounding blanks that isn't empty.
gantry_defect gantry_as_text(gantry_json value, gantry_text *text);

/// The same, or NULL where there is none: a column that a CSV export left empty counts as none.
gantry_defect gantry_as_text_or_none(gantry_json value, gantry_text *text);

/// A text as it is, be it empty.
gantry_defect gantry_as_string(gantry_json value, gantry_text *text);

gantry_defect gantry_as_boolean(gantry_json value, bool *boolean);
gantry_defect gantry_as_u32(gantry_json value, uint32_t *number);
gantry_defect gantry_as_u64(gantry_json value, uint64_t *number);
gantry_defect gantry_as_i64(gantry_json value, int64_t *number);

/// Whether the value is an object, or an array; null is a `wrong-type`.
gantry_defect gantry_as_object(gantry_json value);
gantry_defect gantry_as_array(gantry_json value);

gantry_text gantry_text_at(gantry_checker *check, gantry_json object, const char *name);
gantry_text gantry_text_or_none_at(gantry_checker *check, gantry_json object, const char *name);
gantry_text gantry_string_at(gantry_checker *check, gantry_json object, const char *name);
bool gantry_boolean_at(gantry_checker *check, gantry_json object, const char *name);
uint32_t gantry_u32_at(gantry_checker *check, gantry_json object, const char *name);
uint64_t gantry_u64_at(gantry_checker *check, gantry_json object, const char *name);
int64_t gantry_i64_at(gantry_checker *check, gantry_json object, const char *name);
gantry_decimal gantry_decimal_at(gantry_checker *check, gantry_json object, const char *name);

/// The decimal, or `otherwise` where the member is missing, null or a blank text, as a CSV export leaves it.
gantry_decimal gantry_decimal_or_at(gantry_checker *check, gantry_json object, const char *name,
                                    gantry_decimal otherwise);

/// The object or the array; a missing one is none, without a violation, but null is a `wrong-type`.
gantry_json gantry_object_at(gantry_checker *check, gantry_json object, const char *name);
gantry_json gantry_array_at(gantry_checker *check, gantry_json object, const char *name);

#ifdef __cplusplus
}
#endif
