/// Writing JSON: compact, members in the order they are put, other alphabets as they are.
///
/// ```c
/// gantry_writer out = gantry_writer_new();
/// gantry_put_object(&out, NULL);
/// gantry_put_text(&out, "name", name);
/// gantry_put_array(&out, "tags");
/// gantry_put_text(&out, NULL, tag);
/// gantry_end_array(&out);
/// gantry_end_object(&out);
/// return gantry_emit(gantry_output_json(gantry_written(&out)));
/// ```
///
/// Every function takes the name of the member it writes; NULL where none belongs: within arrays and at the top.
#pragma once

#include <stdint.h>

#include "gantry/date.h"
#include "gantry/decimal.h"
#include "gantry/json.h"
#include "gantry/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A text under way. Two writers may be under way at once, but each then moves when it grows.
typedef struct gantry_writer {
    char *ptr;
    size_t length, capacity;
} gantry_writer;

gantry_writer gantry_writer_new(void);

/// The JSON text as far as it is written; the last thing to ask of a writer.
gantry_text gantry_written(gantry_writer *out);

void gantry_put_object(gantry_writer *out, const char *name);
void gantry_end_object(gantry_writer *out);
void gantry_put_array(gantry_writer *out, const char *name);
void gantry_end_array(gantry_writer *out);

/// A text that isn't there becomes null.
void gantry_put_text(gantry_writer *out, const char *name, gantry_text value);
void gantry_put_u64(gantry_writer *out, const char *name, uint64_t value);
void gantry_put_i64(gantry_writer *out, const char *name, int64_t value);
void gantry_put_boolean(gantry_writer *out, const char *name, bool value);
void gantry_put_null(gantry_writer *out, const char *name);

/// As a text with all its decimals: a receiver that reads JSON numbers as floats would round them.
void gantry_put_decimal(gantry_writer *out, const char *name, gantry_decimal value);

/// As a JSON number with all its decimals, `0.10` and not `"0.10"`: for targets that take no texts.
void gantry_put_decimal_as_json_number(gantry_writer *out, const char *name, gantry_decimal value);

/// As `2026-03-09`; a date that isn't one becomes null.
void gantry_put_date(gantry_writer *out, const char *name, gantry_date value);

/// A value that was read, digit for digit, without its blanks; a missing one becomes null.
void gantry_put_json(gantry_writer *out, const char *name, gantry_json value);

/// The next member's name, for a name that isn't known beforehand; then put its value with the name NULL.
void gantry_put_name(gantry_writer *out, gantry_text name);

#ifdef __cplusplus
}
#endif
