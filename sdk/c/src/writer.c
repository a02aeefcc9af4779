/// Writing JSON into a buffer in the arena. As long as nothing else is allocated in between, growing it is free.
///
/// Whether a comma belongs before the next value is seen from the byte that stands last, so a writer has no state.
#include "gantry/writer.h"

#include "gantry/arena.h"

enum { FIRST_CAPACITY = 512 };

static char *room(gantry_writer *out, size_t count) {
    if (out->capacity - out->length < count) {
        size_t capacity = (out->length + count) * 2;
        out->ptr = gantry_grow(out->ptr, out->capacity, capacity, 1);
        out->capacity = capacity;
    }
    char *place = out->ptr + out->length;
    out->length += count;
    return place;
}

static void put_bytes(gantry_writer *out, const char *bytes, size_t count) {
    if (count) memcpy(room(out, count), bytes, count);
}

static void put_byte(gantry_writer *out, char byte) { *room(out, 1) = byte; }

static void put_escaped(gantry_writer *out, unsigned char byte) {
    static const char meant[] = "\"\\\b\f\n\r\t", kinds[] = "\"\\bfnrt", digits[] = "0123456789abcdef";
    const char *kind = byte ? strchr(meant, byte) : NULL;
    if (kind) {
        char escape[] = {'\\', kinds[kind - meant]};
        put_bytes(out, escape, sizeof escape);
    } else {
        char escape[] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
        put_bytes(out, escape, sizeof escape);
    }
}

static void put_string(gantry_writer *out, gantry_text text) {
    put_byte(out, '"');
    for (size_t from = 0; from < text.length;) {
        size_t to = from;
        while (to < text.length && (unsigned char)text.ptr[to] >= ' ' && text.ptr[to] != '"' && text.ptr[to] != '\\') {
            to++;
        }
        put_bytes(out, text.ptr + from, to - from);
        if (to < text.length) put_escaped(out, (unsigned char)text.ptr[to++]);
        from = to;
    }
    put_byte(out, '"');
}

static void put_comma(gantry_writer *out) {
    char last = out->length ? out->ptr[out->length - 1] : '[';
    if (last != '{' && last != '[' && last != ':') put_byte(out, ',');
}

void gantry_put_name(gantry_writer *out, gantry_text name) {
    put_comma(out);
    put_string(out, name);
    put_byte(out, ':');
}

/// What stands before a value: a comma where one belongs, and the name.
static void begin(gantry_writer *out, const char *name) {
    if (name) {
        gantry_put_name(out, gantry_lit(name));
    } else {
        put_comma(out);
    }
}

gantry_writer gantry_writer_new(void) {
    gantry_writer out = {gantry_array(char, FIRST_CAPACITY), 0, FIRST_CAPACITY};
    return out;
}

gantry_text gantry_written(gantry_writer *out) {
    gantry_shrink(out->ptr, out->capacity, out->length);
    out->capacity = out->length;
    gantry_text text = {out->ptr, out->length};
    return text;
}

void gantry_put_object(gantry_writer *out, const char *name) {
    begin(out, name);
    put_byte(out, '{');
}

void gantry_end_object(gantry_writer *out) { put_byte(out, '}'); }

void gantry_put_array(gantry_writer *out, const char *name) {
    begin(out, name);
    put_byte(out, '[');
}

void gantry_end_array(gantry_writer *out) { put_byte(out, ']'); }

void gantry_put_text(gantry_writer *out, const char *name, gantry_text value) {
    if (value.ptr) {
        begin(out, name);
        put_string(out, value);
    } else {
        gantry_put_null(out, name);
    }
}

static void put_digits(gantry_writer *out, uint64_t value) {
    char digits[20];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    put_bytes(out, digits + start, sizeof digits - start);
}

void gantry_put_u64(gantry_writer *out, const char *name, uint64_t value) {
    begin(out, name);
    put_digits(out, value);
}

void gantry_put_i64(gantry_writer *out, const char *name, int64_t value) {
    begin(out, name);
    if (value < 0) put_byte(out, '-');
    put_digits(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void gantry_put_boolean(gantry_writer *out, const char *name, bool value) {
    begin(out, name);
    put_bytes(out, value ? "true" : "false", value ? 4 : 5);
}

void gantry_put_null(gantry_writer *out, const char *name) {
    begin(out, name);
    put_bytes(out, "null", 4);
}

void gantry_put_decimal(gantry_writer *out, const char *name, gantry_decimal value) {
    char digits[GANTRY_DECIMAL_ROOM];
    begin(out, name);
    put_byte(out, '"');
    put_bytes(out, digits, gantry_decimal_write(value, digits));
    put_byte(out, '"');
}

void gantry_put_decimal_as_json_number(gantry_writer *out, const char *name, gantry_decimal value) {
    char digits[GANTRY_DECIMAL_ROOM];
    begin(out, name);
    put_bytes(out, digits, gantry_decimal_write(value, digits));
}

void gantry_put_date(gantry_writer *out, const char *name, gantry_date value) {
    char iso[GANTRY_DATE_ROOM];
    if (!gantry_is_date(value)) {
        gantry_put_null(out, name);
        return;
    }
    gantry_date_write(value, iso);
    begin(out, name);
    put_byte(out, '"');
    put_bytes(out, iso, sizeof iso);
    put_byte(out, '"');
}

/// A container without the blanks between its parts; the parts stand in the index one behind the other.
static void put_container(gantry_writer *out, gantry_json value) {
    bool is_object = gantry_kind_of(value) == GANTRY_OBJECT;
    const gantry_json_node *at = value.node + 1, *end = value.node + value.node->span;
    put_byte(out, is_object ? '{' : '[');
    while (at < end) {
        gantry_json part = {at, value.text};
        gantry_put_json(out, NULL, part);
        at += at->span;
        if (!is_object) continue;
        part.node = at;
        put_byte(out, ':');
        gantry_put_json(out, NULL, part);
        at += at->span;
    }
    put_byte(out, is_object ? '}' : ']');
}

void gantry_put_json(gantry_writer *out, const char *name, gantry_json value) {
    gantry_kind kind = gantry_kind_of(value);
    begin(out, name);
    if (kind == GANTRY_MISSING || kind >= GANTRY_TWICE) {
        put_bytes(out, "null", 4);
    } else if (kind == GANTRY_ARRAY || kind == GANTRY_OBJECT) {
        put_container(out, value);
    } else {
        gantry_text raw = gantry_raw(value);
        put_bytes(out, raw.ptr, raw.length);
    }
}
