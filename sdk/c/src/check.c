/// Collecting violations, and the pointers to where they are.
#include "gantry/check.h"

#include "gantry/arena.h"

enum { FIRST_CAPACITY = 4 };

gantry_defect gantry_defect_of(const char *code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    gantry_defect defect = {code, gantry_format_list(format, arguments)};
    va_end(arguments);
    return defect;
}

static void enter(gantry_checker *check, gantry_step step) {
    if (check->depth == GANTRY_MOST_PLACES) __builtin_trap(); // A plugin that enters and never leaves.
    check->place[check->depth++] = step;
}

void gantry_enter(gantry_checker *check, const char *name) {
    gantry_step step = {name, 0};
    enter(check, step);
}

void gantry_enter_element(gantry_checker *check, size_t index) {
    gantry_step step = {NULL, index};
    enter(check, step);
}

void gantry_leave(gantry_checker *check) {
    if (check->depth == 0) __builtin_trap(); // A plugin that leaves what it didn't enter.
    check->depth--;
}

/// How many bytes a name takes in a pointer; `~` and `/` take two.
static size_t token_length(const char *name) {
    size_t length = 0;
    for (; *name; name++) length += *name == '~' || *name == '/' ? 2 : 1;
    return length;
}

static char *put_token(char *to, const char *name) {
    *to++ = '/';
    for (; *name; name++) {
        bool is_special = *name == '~' || *name == '/';
        *to++ = is_special ? '~' : *name;
        if (is_special) *to++ = *name == '~' ? '0' : '1';
    }
    return to;
}

/// The JSON Pointer (RFC 6901) of the present place, or of a member there.
static gantry_text pointer(const gantry_checker *check, const char *name) {
    const char *tokens[GANTRY_MOST_PLACES + 1];
    size_t count = 0, length = 0;
    for (size_t at = 0; at < check->depth; at++) {
        gantry_step step = check->place[at];
        tokens[count++] = step.name ? step.name : gantry_c_string(gantry_format("%zu", step.index));
    }
    if (name) tokens[count++] = name;
    for (size_t at = 0; at < count; at++) length += 1 + token_length(tokens[at]);
    char *path = gantry_array(char, length), *to = path;
    for (size_t at = 0; at < count; at++) to = put_token(to, tokens[at]);
    gantry_text text = {path, length};
    return text;
}

void gantry_check_add(gantry_checker *check, gantry_violation violation) {
    if (check->count == check->capacity) {
        size_t capacity = check->capacity ? check->capacity * 2 : FIRST_CAPACITY, size = sizeof violation;
        check->found = gantry_grow(check->found, check->capacity * size, capacity * size, _Alignof(gantry_violation));
        check->capacity = capacity;
    }
    check->found[check->count++] = violation;
}

bool gantry_check(gantry_checker *check, const char *name, gantry_defect defect) {
    if (gantry_is_fine(defect)) return true;
    gantry_violation violation = {pointer(check, name), gantry_lit(defect.code), defect.text};
    gantry_check_add(check, violation);
    return false;
}

bool gantry_rule(gantry_checker *check, const char *name, bool holds, const char *code, const char *format, ...) {
    if (holds) return true;
    va_list arguments;
    va_start(arguments, format);
    gantry_defect defect = {code, gantry_format_list(format, arguments)};
    va_end(arguments);
    return gantry_check(check, name, defect);
}

gantry_outcome gantry_refuse(const gantry_checker *check) {
    return gantry_invalid_all(check->found, check->count);
}
