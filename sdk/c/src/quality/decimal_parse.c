/// From texts and JSON numbers to decimals, digit by digit.
#include "gantry/arena.h"
#include "gantry/decimal.h"
#include "gantry/field.h"

enum { MOST_DECIMALS = 28 };

static const gantry_int128 limit = (gantry_int128)1 << 96;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static gantry_defect wrong(gantry_text text) {
    return gantry_defect_of("not-a-decimal", "`%.*s` is no decimal of the expected notation", GANTRY_ARG(text));
}

static gantry_defect beyond(gantry_text text) {
    return gantry_defect_of("not-a-decimal",
                            "`%.*s` is beyond what a decimal holds: 28 decimals, and about 28 digits in all",
                            GANTRY_ARG(text));
}

/// Digits before `end`; false where there are none, or more than there is room for.
static bool read_digits(const char **at, const char *end, gantry_int128 *mantissa, unsigned *count) {
    const char *from = *at;
    for (; *at < end && is_digit(**at); (*at)++) {
        *mantissa = *mantissa * 10 + (**at - '0');
        if (*mantissa >= limit) return false;
    }
    *count = (unsigned)(*at - from);
    return *at > from;
}

/// `-1234.56`; what follows the digits is left to the caller.
static bool read_plain(const char **at, const char *end, gantry_decimal *value) {
    bool is_negative = *at < end && **at == '-';
    if (*at < end && (**at == '-' || **at == '+')) (*at)++;
    unsigned whole, fraction = 0;
    gantry_int128 mantissa = 0;
    if (!read_digits(at, end, &mantissa, &whole)) return false;
    if (*at < end && **at == '.') {
        (*at)++;
        if (!read_digits(at, end, &mantissa, &fraction) || fraction > MOST_DECIMALS) return false;
    }
    value->mantissa = is_negative ? -mantissa : mantissa;
    value->scale = fraction;
    return true;
}

static bool is_plain(gantry_text text, gantry_decimal *value) {
    const char *at = text.ptr, *end = text.ptr + text.length;
    return read_plain(&at, end, value) && at == end;
}

/// Whether the text is a number in the machines' notation, however long.
static bool is_number(gantry_text text) {
    const char *at = text.ptr, *end = text.ptr + text.length;
    if (at < end && (*at == '-' || *at == '+')) at++;
    for (int part = 0; part < 2; part++) {
        const char *from = at;
        while (at < end && is_digit(*at)) at++;
        if (at == from) return false;
        if (at == end) return true;
        if (part > 0 || *at++ != '.') return false;
    }
    return false;
}

/// How many bytes the mark between two groups has; 0 where none stands here.
static size_t mark_at(const char *at, const char *end, char group) {
    if (*at == group || *at == ' ' || *at == '\'') return 1;
    size_t left = (size_t)(end - at);
    if (left >= 2 && memcmp(at, "\xC2\xA0", 2) == 0) return 2;
    bool is_wide = left >= 3 && (memcmp(at, "\xE2\x80\xAF", 3) == 0 || memcmp(at, "\xE2\x80\x99", 3) == 0);
    return is_wide ? 3 : 0;
}

/// The text in the plain notation; false where its groups aren't groups of thousands.
static bool without_groups(gantry_text text, char point, char group, gantry_text *plain) {
    char *copy = gantry_array(char, text.length), *to = copy;
    const char *at = text.ptr, *end = text.ptr + text.length;
    if (at < end && (*at == '-' || *at == '+')) *to++ = *at++;
    size_t digits = 0, mark;
    bool is_grouped = false;
    for (; at < end && *at != point; at += mark ? mark : 1) {
        mark = mark_at(at, end, group);
        if (!mark) {
            *to++ = *at;
            digits++;
        } else {
            if (is_grouped ? digits != 3 : digits < 1 || digits > 3) return false;
            is_grouped = true;
            digits = 0;
        }
    }
    if (is_grouped && digits != 3) return false;
    if (at < end) *to++ = '.';
    for (at += at < end; at < end; at++) *to++ = *at;
    plain->ptr = copy;
    plain->length = (size_t)(to - copy);
    return true;
}

gantry_defect gantry_decimal_parse(gantry_text text, gantry_notation notation, gantry_decimal *value) {
    gantry_text plain = gantry_trim(text);
    if (notation == GANTRY_POINT && !without_groups(plain, '.', ',', &plain)) return wrong(text);
    if (notation == GANTRY_COMMA && !without_groups(plain, ',', '.', &plain)) return wrong(text);
    if (is_plain(plain, value)) return gantry_fine();
    return is_number(plain) ? beyond(text) : wrong(text);
}

/// Moves the point by the exponent behind `e`.
static bool read_exponent(const char *at, const char *end, gantry_decimal *value) {
    bool is_negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    unsigned exponent = 0;
    for (; at < end && is_digit(*at); at++) {
        exponent = exponent * 10 + (unsigned)(*at - '0');
        if (exponent > 2 * MOST_DECIMALS) return value->mantissa == 0;
    }
    if (is_negative) return (value->scale += exponent) <= MOST_DECIMALS;
    for (; exponent > 0; exponent--) {
        if (value->scale > 0) {
            value->scale--;
        } else if ((value->mantissa *= 10) >= limit || value->mantissa <= -limit) {
            return false;
        }
    }
    return true;
}

static bool read_number(gantry_text digits, gantry_decimal *value) {
    const char *at = digits.ptr, *end = digits.ptr + digits.length;
    if (!read_plain(&at, end, value)) return false;
    return at == end || read_exponent(at + 1, end, value);
}

gantry_defect gantry_as_decimal(gantry_json json, gantry_decimal *value) {
    gantry_text raw = gantry_raw(json);
    switch (gantry_kind_of(json)) {
    case GANTRY_NUMBER: return read_number(raw, value) ? gantry_fine() : beyond(raw);
    case GANTRY_TEXT: return gantry_decimal_parse(gantry_string(json), GANTRY_PLAIN, value);
    default: return gantry_unfit(json, "a decimal");
    }
}
