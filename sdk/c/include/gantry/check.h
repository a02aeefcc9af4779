/// Collects broken rules, all of them, with the path each was found at, so that one dead letter tells everything.
///
/// A value that fails a check is left empty and the mapping reads straight on; `gantry_refuse` then answers with what
/// was found. Rules that span several fields ask `gantry_is_clean` first.
///
/// ```c
/// gantry_checker check = {0};
/// gantry_enter(&check, "address");
/// gantry_text country = gantry_country_at(&check, address, "country");
/// gantry_leave(&check);
/// if (!gantry_is_clean(&check)) return gantry_refuse(&check);
/// ```
#pragma once

#include "gantry/defect.h"
#include "gantry/outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

/// How deep a checker can look.
#define GANTRY_MOST_PLACES 16

/// One step of the way to where a checker looks: a member, or an element where the name is NULL.
typedef struct gantry_step {
    const char *name;
    size_t index;
} gantry_step;

/// `gantry_checker check = {0};` looks at the root of the input and has found nothing.
typedef struct gantry_checker {
    gantry_violation *found; ///< In the arena.
    size_t count;            ///< The same before and after a look means that part is clean.
    size_t capacity;
    size_t depth;
    gantry_step place[GANTRY_MOST_PLACES];
} gantry_checker;

/// Looks into the member `name`, or at the element `index`; `gantry_leave` looks at what is around it again.
void gantry_enter(gantry_checker *check, const char *name);
void gantry_enter_element(gantry_checker *check, size_t index);
void gantry_leave(gantry_checker *check);

/// Records the defect, if it is one, at the member `name`; at the present place itself where the name is NULL. True if
/// nothing is wrong.
bool gantry_check(gantry_checker *check, const char *name, gantry_defect defect);

/// A business rule: a violation at `name` unless it holds. Returns whether it does.
bool gantry_rule(gantry_checker *check, const char *name, bool holds, const char *code, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/// A violation whose path is known already.
void gantry_check_add(gantry_checker *check, gantry_violation violation);

static inline bool gantry_is_clean(const gantry_checker *check) { return check->count == 0; }

/// What becomes of a message that breaks rules: invalid, with all that was found.
gantry_outcome gantry_refuse(const gantry_checker *check);

#ifdef __cplusplus
}
#endif
