/// The numbering plans of all countries, for `phone.c`. How the tables are written is said in `sdk/quality/README.md`.
#pragma once

#include <stdint.h>

#include "gantry/text.h"

/// A shape of numbers: where its first state begins in the graph, times two, and one more if no digits at all are of it.
typedef uint32_t gantry_shape;

/// How the numbers of one country are written.
typedef struct gantry_plan {
    gantry_text code; ///< The calling code; empty: there is no plan.
    gantry_shape abroad, national;
    uint32_t lengths, local_lengths;
    gantry_text prefixes;
} gantry_plan;

/// The plan of a country by its alpha-2 code, in whatever case.
gantry_plan gantry_plan_of(gantry_text country);

/// The plan by which numbers with this calling code are read.
gantry_plan gantry_main_plan(gantry_text code);

/// How many of the first digits are a calling code; 0 where none is.
size_t gantry_code_length(gantry_text digits);

/// How many of the first digits lead abroad; no calling code begins with 0.
size_t gantry_access_length(const gantry_plan *plan, gantry_text digits);

/// Whether it looks like a national number.
bool gantry_plan_fits(const gantry_plan *plan, gantry_text number);

bool gantry_is_too_long(const gantry_plan *plan, size_t length);

/// Whether a national number can be that long. One that is too long counts: it is refused later.
bool gantry_has_length(const gantry_plan *plan, size_t length);

/// The number without what is dialled before it inside the country only, if it still is one then.
gantry_text gantry_without_prefix(const gantry_plan *plan, gantry_text number);

/// Whether the national number is of a range that is given out in a country of this calling code.
bool gantry_is_valid_number(gantry_text code, gantry_text number);
