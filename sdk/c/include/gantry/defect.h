/// What is wrong with one value; it doesn't know yet where the value stands. The data quality kit answers with these.
#pragma once

#include "gantry/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gantry_defect {
    const char *code; ///< Stable and countable: lower case words joined by hyphens. NULL: nothing is wrong.
    gantry_text text; ///< For people.
} gantry_defect;

/// The code of what is wrong with the plugin, and not with the value: a message with such a violation is no bad data but a
/// fault of the plugin, a dead letter that says so. The contract reserves it for bugs.
#define GANTRY_BUG "plugin-exception"

/// Nothing is wrong.
static inline gantry_defect gantry_fine(void) {
    gantry_defect fine = {NULL, {NULL, 0}};
    return fine;
}

static inline bool gantry_is_fine(gantry_defect defect) { return defect.code == NULL; }

/// A defect with this code; the text as `gantry_format` makes it.
gantry_defect gantry_defect_of(const char *code, const char *format, ...) __attribute__((cold, format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif
