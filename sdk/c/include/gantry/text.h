/// Texts: views of UTF-8 bytes that somebody else holds, usually the message's payload or the arena.
///
/// A view isn't closed by a NUL and may contain one, so that no byte of a message is lost. Its pointer is NULL where
/// there is no text at all, which is something else than an empty text. Codes and names of members are ordinary C
/// strings, since the author writes them down as literals.
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gantry_text {
    const char *ptr; ///< NULL: there is none.
    size_t length;   ///< In bytes.
} gantry_text;

/// A name and its value: a header, a detail of a fault, a field of a log line.
typedef struct gantry_pair {
    gantry_text name;
    gantry_text value;
} gantry_pair;

typedef struct gantry_pairs {
    const gantry_pair *items;
    size_t count;
} gantry_pairs;

/// The text of a C string, which must live as long as the text: a literal, say.
static inline gantry_text gantry_lit(const char *string) {
    gantry_text text = {string, string ? strlen(string) : 0};
    return text;
}

/// For `%.*s`: `gantry_format("order-%.*s", GANTRY_ARG(number))`.
#define GANTRY_ARG(text) ((int)(text).length), ((text).ptr)

static inline bool gantry_equal(gantry_text a, gantry_text b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.ptr, b.ptr, a.length) == 0);
}

/// True if the text is this C string.
static inline bool gantry_is(gantry_text text, const char *string) { return gantry_equal(text, gantry_lit(string)); }

/// Below, at or above zero, by bytes.
int gantry_compare(gantry_text a, gantry_text b);

bool gantry_starts_with(gantry_text text, const char *beginning);

/// The text behind its first `count` bytes.
static inline gantry_text gantry_behind(gantry_text text, size_t count) {
    gantry_text rest = {text.ptr + count, text.length - count};
    return rest;
}

/// Its first `count` bytes.
static inline gantry_text gantry_first(gantry_text text, size_t count) {
    gantry_text first = {text.ptr, count};
    return first;
}

/// Without surrounding blanks, those of Unicode among them.
gantry_text gantry_trim(gantry_text text);

/// True if the bytes are UTF-8.
bool gantry_is_utf8(gantry_text text);

/// A text in the arena, by these directives of printf: %s %.*s %c %d %u %x %lu %ld %llu %lld %zu %%.
gantry_text gantry_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
gantry_text gantry_format_list(const char *format, va_list arguments);

/// A copy in the arena, closed by a NUL.
const char *gantry_c_string(gantry_text text);

#ifdef __cplusplus
}
#endif
