/// Lines for the operator. The host bounds how many and how long, and escapes control characters; natively they go to
/// standard error. Don't log payloads: dead letters keep those, and who may read a log may not be allowed to read the
/// data.
///
/// `gantry_log(GANTRY_WARN, "no price list for this customer", GANTRY_FIELDS({gantry_lit("customer"), number}));`
#pragma once

#include "gantry/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/// How much a line matters.
typedef enum gantry_level {
    GANTRY_DEBUG, ///< Of use while looking for a fault.
    GANTRY_INFO,  ///< Worth knowing.
    GANTRY_WARN,  ///< Unexpected, but dealt with.
    GANTRY_ERROR, ///< Somebody has to act.
} gantry_level;

/// Pairs of name and value, each in braces; valid to the end of the block.
#define GANTRY_FIELDS(...)                                                                                             \
    ((gantry_pairs){(const gantry_pair[]){__VA_ARGS__},                                                                \
                    sizeof((const gantry_pair[]){__VA_ARGS__}) / sizeof(gantry_pair)})

/// No fields.
static inline gantry_pairs gantry_no_fields(void) {
    gantry_pairs none = {NULL, 0};
    return none;
}

/// A line: static text, with what varies as fields.
void gantry_log(gantry_level level, const char *text, gantry_pairs fields);

/// The same with a text that isn't static.
void gantry_log_text(gantry_level level, gantry_text text, gantry_pairs fields);

#ifdef __cplusplus
}
#endif
