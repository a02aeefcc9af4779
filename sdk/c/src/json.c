/// Looking into JSON that is read already: nothing here can fail.
#include "gantry/json.h"

#include "gantry/arena.h"
#include "quality/letters.h"

static const gantry_json_node twice = {0, 0, 1, GANTRY_TWICE, 0};
static const gantry_json_node misplaced = {0, 0, 1, GANTRY_MISPLACED, 0};

/// The text between the quotes, escapes and all.
static gantry_text inside(const char *text, const gantry_json_node *node) {
    gantry_text quoted = {text + node->start + 1, node->length - 2};
    return quoted;
}

static uint32_t hex(const char *at) {
    uint32_t number = 0;
    for (int digit = 0; digit < 4; digit++) {
        number = number * 16 + (uint32_t)(at[digit] <= '9' ? at[digit] - '0' : (at[digit] | 32) - 'a' + 10);
    }
    return number;
}

/// One escape that `from` points into, behind its backslash; the reader has checked it.
static const char *unescape_one(const char *from, char **to) {
    static const char kinds[] = "bfnrt", meant[] = "\b\f\n\r\t";
    if (*from != 'u') {
        const char *kind = strchr(kinds, *from);
        *(*to)++ = kind ? meant[kind - kinds] : *from;
        return from + 1;
    }
    uint32_t unit = hex(from + 1);
    from += 5;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (hex(from + 2) - 0xDC00);
        from += 6;
    }
    *to = gantry_put_character(*to, unit);
    return from;
}

/// An escape is never shorter than what it stands for.
static gantry_text unescaped(gantry_text escaped) {
    char *copy = gantry_array(char, escaped.length), *to = copy;
    const char *from = escaped.ptr, *end = escaped.ptr + escaped.length;
    while (from < end) {
        if (*from != '\\') {
            *to++ = *from++;
        } else {
            from = unescape_one(from + 1, &to);
        }
    }
    gantry_shrink(copy, escaped.length, (size_t)(to - copy));
    gantry_text text = {copy, (size_t)(to - copy)};
    return text;
}

static gantry_text characters(const char *text, const gantry_json_node *node) {
    gantry_text quoted = inside(text, node);
    return node->count ? unescaped(quoted) : quoted;
}

gantry_text gantry_string(gantry_json value) {
    gantry_text none = {"", 0};
    return gantry_kind_of(value) == GANTRY_TEXT ? characters(value.text, value.node) : none;
}

/// What a member is of something that is no object.
static const gantry_json_node *member_of(gantry_kind kind) {
    if (kind <= GANTRY_NULL) return NULL;
    return kind == GANTRY_TWICE ? &twice : &misplaced;
}

gantry_json gantry_member(gantry_json object, const char *name) {
    gantry_json found = {NULL, object.text};
    gantry_kind kind = gantry_kind_of(object);
    if (kind != GANTRY_OBJECT) {
        found.node = member_of(kind);
        return found;
    }
    gantry_text wanted = gantry_lit(name);
    const gantry_json_node *end = object.node + object.node->span;
    for (const gantry_json_node *at = object.node + 1; at < end; at += 1 + at[1].span) {
        if (at->count == 0 && at->length != wanted.length + 2) continue;
        if (!gantry_equal(characters(object.text, at), wanted)) continue;
        found.node = found.node ? &twice : at + 1;
    }
    return found;
}

size_t gantry_count(gantry_json value) {
    gantry_kind kind = gantry_kind_of(value);
    return kind == GANTRY_ARRAY || kind == GANTRY_OBJECT ? value.node->count : 0;
}

gantry_json gantry_element(gantry_json array, size_t index) {
    gantry_json none = {NULL, array.text};
    if (gantry_kind_of(array) != GANTRY_ARRAY) return none;
    for (gantry_each each = gantry_each_of(array); gantry_next(&each);) {
        if (each.index == index) return each.value;
    }
    return none;
}

gantry_each gantry_each_of(gantry_json value) {
    gantry_each each = {.value = {NULL, value.text}, .text = value.text};
    gantry_kind kind = gantry_kind_of(value);
    if (kind == GANTRY_ARRAY || kind == GANTRY_OBJECT) {
        each.next = value.node + 1;
        each.end = value.node + value.node->span;
        each.has_names = kind == GANTRY_OBJECT;
    }
    return each;
}

bool gantry_next(gantry_each *each) {
    if (each->next == each->end) return false;
    each->index += each->has_begun;
    each->has_begun = true;
    if (each->has_names) each->name = characters(each->text, each->next++);
    each->value.node = each->next;
    each->next += each->next->span;
    return true;
}
