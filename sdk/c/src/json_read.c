/// Checks a JSON text and indexes it in one pass, by recursive descent.
///
/// The index grows at the end of the arena, where growing is free.
#include "gantry/arena.h"
#include "gantry/json.h"

enum { MOST_DEPTH = 127, FIRST_NODES = 64 };

struct reader {
    const char *text;
    const char *at, *end;
    gantry_json_node *nodes;
    uint32_t count, capacity;
    const char *trouble; ///< What was expected where `at` stands, once something is wrong.
};

static bool read_value(struct reader *reader, unsigned depth);

static bool fails(struct reader *reader, const char *trouble) {
    if (!reader->trouble) reader->trouble = trouble;
    return false;
}

static void skip_blanks(struct reader *reader) {
    while (reader->at < reader->end &&
           (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\t' || *reader->at == '\r')) {
        reader->at++;
    }
}

static bool takes(struct reader *reader, char byte) {
    if (reader->at == reader->end || *reader->at != byte) return false;
    reader->at++;
    return true;
}

/// A new node that begins here; its number, since nodes move.
static uint32_t open_node(struct reader *reader, gantry_kind kind) {
    if (reader->count == reader->capacity) {
        size_t old = reader->capacity, grown = old ? old * 2 : FIRST_NODES;
        size_t size = sizeof *reader->nodes;
        reader->nodes = gantry_grow(reader->nodes, old * size, grown * size, _Alignof(gantry_json_node));
        reader->capacity = (uint32_t)grown;
    }
    gantry_json_node *node = &reader->nodes[reader->count];
    node->start = (uint32_t)(reader->at - reader->text);
    node->kind = kind;
    node->count = 0;
    return reader->count++;
}

static bool close_node(struct reader *reader, uint32_t number, uint32_t count) {
    gantry_json_node *node = &reader->nodes[number];
    node->length = (uint32_t)(reader->at - reader->text) - node->start;
    node->span = reader->count - number;
    node->count = count;
    return true;
}

static bool read_word(struct reader *reader, const char *word, gantry_kind kind) {
    uint32_t node = open_node(reader, kind);
    for (; *word; word++) {
        if (!takes(reader, *word)) return fails(reader, "expected `true`, `false` or `null`");
    }
    return close_node(reader, node, 0);
}

static bool is_digit(struct reader *reader) {
    return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

static bool read_digits(struct reader *reader) {
    if (!is_digit(reader)) return fails(reader, "expected a digit");
    while (is_digit(reader)) reader->at++;
    return true;
}

static bool read_number(struct reader *reader) {
    uint32_t node = open_node(reader, GANTRY_NUMBER);
    takes(reader, '-');
    if (takes(reader, '0')) {
        if (is_digit(reader)) return fails(reader, "a number doesn't begin with 0");
    } else if (!read_digits(reader)) {
        return false;
    }
    if (takes(reader, '.') && !read_digits(reader)) return false;
    if (takes(reader, 'e') || takes(reader, 'E')) {
        if (!takes(reader, '+')) takes(reader, '-');
        if (!read_digits(reader)) return false;
    }
    return close_node(reader, node, 0);
}

/// Four hexadecimal digits; -1 where there are none.
static int32_t read_hex(struct reader *reader) {
    if (reader->end - reader->at < 4) return -1;
    int32_t number = 0;
    for (int digit = 0; digit < 4; digit++, reader->at++) {
        char c = *reader->at;
        int value = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (value < 0) return -1;
        number = number * 16 + value;
    }
    return number;
}

/// What follows a backslash.
static bool read_escape(struct reader *reader) {
    char kind = reader->at < reader->end ? *reader->at++ : '\0';
    if (kind == '\0') return fails(reader, "a text isn't closed");
    if (kind != 'u') return strchr("\"\\/bfnrt", kind) ? true : fails(reader, "no such escape");
    int32_t unit = read_hex(reader);
    if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) return fails(reader, "no such character");
    if (unit < 0xD800 || unit > 0xDBFF) return true;
    bool is_paired = takes(reader, '\\') && takes(reader, 'u');
    int32_t second = is_paired ? read_hex(reader) : -1;
    return second >= 0xDC00 && second <= 0xDFFF ? true : fails(reader, "half of a surrogate pair");
}

/// The node of a text stands for what is between the quotes and the quotes.
static bool read_text(struct reader *reader) {
    uint32_t node = open_node(reader, GANTRY_TEXT);
    bool has_escapes = false;
    reader->at++;
    while (true) {
        while (reader->at < reader->end && (unsigned char)*reader->at >= ' ' && *reader->at != '"' &&
               *reader->at != '\\') {
            reader->at++;
        }
        if (reader->at == reader->end) return fails(reader, "a text isn't closed");
        if (takes(reader, '"')) return close_node(reader, node, has_escapes);
        if (!takes(reader, '\\')) return fails(reader, "a control character in a text");
        has_escapes = true;
        if (!read_escape(reader)) return false;
    }
}

static bool read_array(struct reader *reader, unsigned depth) {
    uint32_t node = open_node(reader, GANTRY_ARRAY), count = 0;
    reader->at++;
    skip_blanks(reader);
    if (takes(reader, ']')) return close_node(reader, node, 0);
    while (true) {
        if (!read_value(reader, depth)) return false;
        count++;
        if (takes(reader, ']')) return close_node(reader, node, count);
        if (!takes(reader, ',')) return fails(reader, "expected `,` or `]`");
    }
}

static bool read_object(struct reader *reader, unsigned depth) {
    uint32_t node = open_node(reader, GANTRY_OBJECT), count = 0;
    reader->at++;
    skip_blanks(reader);
    if (takes(reader, '}')) return close_node(reader, node, 0);
    while (true) {
        skip_blanks(reader);
        if (reader->at == reader->end || *reader->at != '"') return fails(reader, "expected the name of a member");
        if (!read_text(reader)) return false;
        skip_blanks(reader);
        if (!takes(reader, ':')) return fails(reader, "expected `:`");
        if (!read_value(reader, depth)) return false;
        count++;
        if (takes(reader, '}')) return close_node(reader, node, count);
        if (!takes(reader, ',')) return fails(reader, "expected `,` or `}`");
    }
}

static bool read_here(struct reader *reader, unsigned depth) {
    switch (reader->at < reader->end ? *reader->at : '\0') {
    case '"': return read_text(reader);
    case '{': return depth < MOST_DEPTH ? read_object(reader, depth + 1) : fails(reader, "nested too deeply");
    case '[': return depth < MOST_DEPTH ? read_array(reader, depth + 1) : fails(reader, "nested too deeply");
    case 't': return read_word(reader, "true", GANTRY_TRUE);
    case 'f': return read_word(reader, "false", GANTRY_FALSE);
    case 'n': return read_word(reader, "null", GANTRY_NULL);
    case '-': return read_number(reader);
    default: return is_digit(reader) ? read_number(reader) : fails(reader, "expected a value");
    }
}

/// A value and the blanks around it.
static bool read_value(struct reader *reader, unsigned depth) {
    skip_blanks(reader);
    if (!read_here(reader, depth)) return false;
    skip_blanks(reader);
    return true;
}

static gantry_defect not_json(const struct reader *reader) {
    size_t line = 1, column = 1;
    for (const char *at = reader->text; at < reader->at; at++) {
        column = *at == '\n' ? 1 : column + 1;
        line += *at == '\n';
    }
    const char *trouble = reader->at == reader->end ? "the text ends too early" : reader->trouble;
    return gantry_defect_of("not-json", "%s at line %zu column %zu", trouble, line, column);
}

gantry_defect gantry_json_read(gantry_text text, gantry_json *value) {
    struct reader reader = {.text = text.ptr, .at = text.ptr, .end = text.ptr + text.length};
    value->node = NULL;
    value->text = text.ptr;
    if (text.length >= 1u << 28) return gantry_defect_of("not-json", "longer than 256 MiB");
    if (!read_value(&reader, 0)) return not_json(&reader);
    if (reader.at < reader.end) {
        return gantry_defect_of("not-json", "the JSON value is followed by something else");
    }
    gantry_shrink(reader.nodes, reader.capacity * sizeof *reader.nodes, reader.count * sizeof *reader.nodes);
    value->node = reader.nodes;
    return gantry_fine();
}
