/// Reading JSON: the text is checked and indexed once, then looked into without copying and without failing.
///
/// `gantry_json` is a view of one value. There is no tree: an index of 16 bytes per value knows where each one stands
/// in the payload, and texts are views of it; only those with escapes are unescaped, when asked for. Numbers keep their
/// digits. A member that isn't there is a value too, of the kind `GANTRY_MISSING`, so that looking deeper needs no
/// questions in between.
///
/// What serde_json refuses is refused here: depth beyond 127, halves of surrogate pairs, raw control characters,
/// anything behind the value.
#pragma once

#include <stdint.h>

#include "gantry/defect.h"
#include "gantry/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum gantry_kind {
    GANTRY_MISSING,
    GANTRY_NULL,
    GANTRY_FALSE,
    GANTRY_TRUE,
    GANTRY_NUMBER,
    GANTRY_TEXT,
    GANTRY_ARRAY,
    GANTRY_OBJECT,
    GANTRY_TWICE, ///< A member that its object has twice: nobody can tell which one is meant.
    GANTRY_MISPLACED, ///< A member of what is there but is no object: an array never passes for an empty object.
} gantry_kind;

/// Where one value stands in its JSON text. For the SDK's own use.
typedef struct gantry_json_node {
    uint32_t start;
    uint32_t length;
    uint32_t span;       ///< How many nodes it and all within it take.
    uint32_t kind : 4;   ///< A `gantry_kind`.
    uint32_t count : 28; ///< Members or elements; of a text: 1 if it has escapes.
} gantry_json_node;

/// One value. The text it was read from must stay.
typedef struct gantry_json {
    const gantry_json_node *node;
    const char *text;
} gantry_json;

/// Checks and indexes a JSON text; `not-json` says in which line and column it goes wrong.
gantry_defect gantry_json_read(gantry_text text, gantry_json *value);

static inline gantry_kind gantry_kind_of(gantry_json value) {
    return value.node ? (gantry_kind)value.node->kind : GANTRY_MISSING;
}

/// True unless the member is missing or null.
static inline bool gantry_is_given(gantry_json value) { return gantry_kind_of(value) > GANTRY_NULL; }

/// The member of this name. Of what is missing or null it is missing; of a text, a number or an array it is misplaced,
/// and whatever reads it finds a `wrong-type`.
gantry_json gantry_member(gantry_json object, const char *name);

/// How many elements an array or members an object has; 0 of anything else.
size_t gantry_count(gantry_json value);

/// The element at this index; missing where there is none. To see all of them, use `gantry_each`.
gantry_json gantry_element(gantry_json array, size_t index);

/// Walks over an array's elements or an object's members:
/// `for (gantry_each each = gantry_each_of(lines); gantry_next(&each);) { … each.value … }`
typedef struct gantry_each {
    gantry_json value;
    gantry_text name; ///< Of a member.
    size_t index;     ///< From 0.
    const gantry_json_node *next, *end;
    bool has_names, has_begun;
    const char *text;
} gantry_each;

gantry_each gantry_each_of(gantry_json value);
bool gantry_next(gantry_each *each);

/// A text's characters, unescaped; empty for anything but a text.
gantry_text gantry_string(gantry_json value);

/// The value as it is written in the JSON text: a number's digits, say.
static inline gantry_text gantry_raw(gantry_json value) {
    gantry_text raw = {"", 0};
    if (!value.node || !value.text) return raw;
    raw.ptr = value.text + value.node->start;
    raw.length = value.node->length;
    return raw;
}

#ifdef __cplusplus
}
#endif
