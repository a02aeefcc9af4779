/// Formatting into the arena: a handful of printf's directives, since all of printf would weigh more than a plugin.
#include <stdint.h>

#include "gantry/arena.h"
#include "gantry/text.h"

struct out {
    char *ptr;
    size_t length, capacity;
};

static void put(struct out *out, const char *bytes, size_t count) {
    if (!count) return;
    if (out->capacity - out->length < count) {
        size_t capacity = (out->length + count) * 2;
        out->ptr = gantry_grow(out->ptr, out->capacity, capacity, 1);
        out->capacity = capacity;
    }
    memcpy(out->ptr + out->length, bytes, count);
    out->length += count;
}

static void put_number(struct out *out, uint64_t number, unsigned base, bool is_negative) {
    char digits[24];
    size_t start = sizeof digits;
    do {
        digits[--start] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    if (is_negative) digits[--start] = '-';
    put(out, digits + start, sizeof digits - start);
}

/// How wide an integer argument is: `l`, `ll` or `z` before its letter.
enum width { PLAIN, LONG, LONG_LONG, SIZE };

static enum width width_of(const char **at) {
    if (**at == 'z') return (*at)++, SIZE;
    if (**at != 'l') return PLAIN;
    (*at)++;
    return **at == 'l' ? ((*at)++, LONG_LONG) : LONG;
}

static uint64_t unsigned_of(enum width width, va_list *arguments) {
    switch (width) {
    case LONG: return va_arg(*arguments, unsigned long);
    case LONG_LONG: return va_arg(*arguments, unsigned long long);
    case SIZE: return va_arg(*arguments, size_t);
    default: return va_arg(*arguments, unsigned);
    }
}

static int64_t signed_of(enum width width, va_list *arguments) {
    switch (width) {
    case LONG: return va_arg(*arguments, long);
    case LONG_LONG: return va_arg(*arguments, long long);
    case SIZE: return (int64_t)va_arg(*arguments, size_t);
    default: return va_arg(*arguments, int);
    }
}

/// One directive; `at` stands behind its `%`, and afterwards behind its end.
static const char *directive(struct out *out, const char *at, va_list *arguments) {
    if (at[0] == '.' && at[1] == '*' && at[2] == 's') {
        int length = va_arg(*arguments, int);
        const char *bytes = va_arg(*arguments, const char *);
        put(out, bytes, length > 0 ? (size_t)length : 0);
        return at + 3;
    }
    enum width width = width_of(&at);
    switch (*at) {
    case 's': {
        const char *string = va_arg(*arguments, const char *);
        put(out, string, strlen(string));
        break;
    }
    case 'c': {
        char letter = (char)va_arg(*arguments, int);
        put(out, &letter, 1);
        break;
    }
    case 'd': {
        int64_t number = signed_of(width, arguments);
        put_number(out, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, 10, number < 0);
        break;
    }
    case 'u': put_number(out, unsigned_of(width, arguments), 10, false); break;
    case 'x': put_number(out, unsigned_of(width, arguments), 16, false); break;
    case '%': put(out, "%", 1); break;
    default: __builtin_trap(); // A directive that isn't in the list of `gantry_format`.
    }
    return at + 1;
}

gantry_text gantry_format_list(const char *format, va_list list) {
    struct out out = {0};
    va_list arguments;
    va_copy(arguments, list);
    for (const char *at = format; *at;) {
        size_t plain = strcspn(at, "%");
        put(&out, at, plain);
        at += plain;
        if (*at) at = directive(&out, at + 1, &arguments);
    }
    va_end(arguments);
    if (out.ptr) gantry_shrink(out.ptr, out.capacity, out.length);
    gantry_text text = {out.ptr ? out.ptr : "", out.length};
    return text;
}

gantry_text gantry_format(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    gantry_text text = gantry_format_list(format, arguments);
    va_end(arguments);
    return text;
}
