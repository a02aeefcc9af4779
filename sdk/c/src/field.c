/// Reading members: types first, then what makes them usable.
#include "gantry/field.h"

static const char *name_of(gantry_kind kind) {
    switch (kind) {
    case GANTRY_NULL: return "null";
    case GANTRY_TRUE:
    case GANTRY_FALSE: return "true or false";
    case GANTRY_NUMBER: return "another number";
    case GANTRY_TEXT: return "a text";
    case GANTRY_ARRAY: return "an array";
    default: return "an object";
    }
}

static gantry_defect wrong_type(const char *expected, gantry_kind kind) {
    return gantry_defect_of("wrong-type", "expected %s, found %s", expected, name_of(kind));
}

static bool has_point_or_exponent(gantry_text digits) {
    for (size_t at = 0; at < digits.length; at++) {
        if (digits.ptr[at] == '.' || (digits.ptr[at] | 32) == 'e') return true;
    }
    return false;
}

gantry_defect gantry_unfit(gantry_json value, const char *expected) {
    gantry_kind kind = gantry_kind_of(value);
    if (kind == GANTRY_MISSING) return gantry_defect_of("missing-field", "this is mandatory");
    if (kind == GANTRY_TWICE) return gantry_defect_of("duplicate-field", "this stands here twice");
    if (kind == GANTRY_MISPLACED) return gantry_defect_of("wrong-type", "what this should be a member of is no object");
    if (kind == GANTRY_NULL) return gantry_defect_of("missing-field", "this is mandatory");
    if (kind == GANTRY_NUMBER && has_point_or_exponent(gantry_raw(value))) {
        return gantry_defect_of("wrong-type", "expected %s, found a number with a point or an exponent", expected);
    }
    return wrong_type(expected, kind);
}

gantry_defect gantry_as_string(gantry_json value, gantry_text *text) {
    if (gantry_kind_of(value) != GANTRY_TEXT) return gantry_unfit(value, "a text");
    *text = gantry_string(value);
    return gantry_fine();
}

gantry_defect gantry_as_text(gantry_json value, gantry_text *text) {
    gantry_text trimmed = {NULL, 0};
    gantry_defect defect = gantry_as_string(value, &trimmed);
    if (!gantry_is_fine(defect)) return defect;
    trimmed = gantry_trim(trimmed);
    if (trimmed.length == 0) return gantry_defect_of("empty-field", "this must not be empty");
    *text = trimmed;
    return gantry_fine();
}

gantry_defect gantry_as_text_or_none(gantry_json value, gantry_text *text) {
    gantry_text none = {NULL, 0};
    *text = none;
    if (gantry_kind_of(value) <= GANTRY_NULL) return gantry_fine();
    gantry_defect defect = gantry_as_string(value, text);
    if (!gantry_is_fine(defect)) return defect;
    *text = gantry_trim(*text);
    if (text->length == 0) *text = none;
    return defect;
}

gantry_defect gantry_as_boolean(gantry_json value, bool *boolean) {
    gantry_kind kind = gantry_kind_of(value);
    if (kind != GANTRY_TRUE && kind != GANTRY_FALSE) return gantry_unfit(value, "true or false");
    *boolean = kind == GANTRY_TRUE;
    return gantry_fine();
}

/// The amount of an integer; false where the number is none, or beyond 64 bits.
static bool read_integer(gantry_json value, bool *is_negative, uint64_t *amount) {
    if (gantry_kind_of(value) != GANTRY_NUMBER) return false;
    gantry_text digits = gantry_raw(value);
    *is_negative = digits.ptr[0] == '-';
    *amount = 0;
    for (size_t at = *is_negative; at < digits.length; at++) {
        if (digits.ptr[at] < '0' || digits.ptr[at] > '9') return false;
        if (__builtin_mul_overflow(*amount, 10, amount)) return false;
        if (__builtin_add_overflow(*amount, (uint64_t)(digits.ptr[at] - '0'), amount)) return false;
    }
    if (*amount == 0) *is_negative = false;
    return true;
}

gantry_defect gantry_as_u64(gantry_json value, uint64_t *number) {
    bool is_negative;
    uint64_t amount;
    if (!read_integer(value, &is_negative, &amount) || is_negative) {
        return gantry_unfit(value, "a whole number, not negative");
    }
    *number = amount;
    return gantry_fine();
}

gantry_defect gantry_as_u32(gantry_json value, uint32_t *number) {
    bool is_negative;
    uint64_t amount;
    if (!read_integer(value, &is_negative, &amount) || is_negative || amount > UINT32_MAX) {
        return gantry_unfit(value, "a whole number from 0 to 4294967295");
    }
    *number = (uint32_t)amount;
    return gantry_fine();
}

gantry_defect gantry_as_i64(gantry_json value, int64_t *number) {
    bool is_negative;
    uint64_t amount;
    if (!read_integer(value, &is_negative, &amount) || amount > (uint64_t)INT64_MAX + is_negative) {
        return gantry_unfit(value, "a whole number");
    }
    *number = is_negative ? (int64_t)(0 - amount) : (int64_t)amount;
    return gantry_fine();
}

#define AT(type, function, reader)                                                                                     \
    type function(gantry_checker *check, gantry_json object, const char *name) {                                       \
        type value = {0}, read = {0};                                                                                  \
        return gantry_check(check, name, reader(gantry_member(object, name), &read)) ? read : value;                   \
    }

AT(gantry_text, gantry_text_at, gantry_as_text)
AT(gantry_text, gantry_text_or_none_at, gantry_as_text_or_none)
AT(gantry_text, gantry_string_at, gantry_as_string)
AT(bool, gantry_boolean_at, gantry_as_boolean)
AT(uint32_t, gantry_u32_at, gantry_as_u32)
AT(uint64_t, gantry_u64_at, gantry_as_u64)
AT(int64_t, gantry_i64_at, gantry_as_i64)
AT(gantry_decimal, gantry_decimal_at, gantry_as_decimal)

gantry_decimal gantry_decimal_or_at(gantry_checker *check, gantry_json object, const char *name,
                                    gantry_decimal otherwise) {
    gantry_json value = gantry_member(object, name);
    gantry_kind kind = gantry_kind_of(value);
    bool is_blank = kind == GANTRY_TEXT && gantry_trim(gantry_string(value)).length == 0;
    return kind <= GANTRY_NULL || is_blank ? otherwise : gantry_decimal_at(check, object, name);
}

/// An object or an array: null is no way to leave it out.
static gantry_defect as_container(gantry_json value, gantry_kind wanted) {
    gantry_kind kind = gantry_kind_of(value);
    const char *expected = wanted == GANTRY_ARRAY ? "an array" : "an object";
    if (kind == wanted) return gantry_fine();
    return kind == GANTRY_NULL ? wrong_type(expected, kind) : gantry_unfit(value, expected);
}

gantry_defect gantry_as_object(gantry_json value) { return as_container(value, GANTRY_OBJECT); }

gantry_defect gantry_as_array(gantry_json value) { return as_container(value, GANTRY_ARRAY); }

static gantry_json container_at(gantry_checker *check, gantry_json object, const char *name, gantry_kind wanted) {
    gantry_json value = gantry_member(object, name), none = {NULL, object.text};
    if (gantry_kind_of(value) == GANTRY_MISSING) return none;
    return gantry_check(check, name, as_container(value, wanted)) ? value : none;
}

gantry_json gantry_object_at(gantry_checker *check, gantry_json object, const char *name) {
    return container_at(check, object, name, GANTRY_OBJECT);
}

gantry_json gantry_array_at(gantry_checker *check, gantry_json object, const char *name) {
    return container_at(check, object, name, GANTRY_ARRAY);
}
