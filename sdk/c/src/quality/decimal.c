/// Arithmetic of decimals: on 128 bits, with every result held to 96.
#include "gantry/decimal.h"

#include "gantry/arena.h"

enum { MOST_DECIMALS = 28 };

static const uint64_t powers[] = {1,           10,           100,           1000,           10000,
                                  100000,      1000000,      10000000,      100000000,      1000000000,
                                  10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000};

enum { MOST_POWER = sizeof powers / sizeof *powers - 1 };

static gantry_int128 power_of_ten(unsigned exponent) {
    gantry_int128 power = 1;
    for (; exponent > MOST_POWER; exponent -= MOST_POWER) power *= powers[MOST_POWER];
    return power * powers[exponent];
}

static bool is_small(gantry_int128 mantissa) {
    const gantry_int128 limit = (gantry_int128)1 << 96;
    return mantissa < limit && mantissa > -limit;
}

/// Takes trailing zeros off until the value has room; false where that doesn't help.
static bool fit(gantry_int128 mantissa, unsigned scale, gantry_decimal *value) {
    while ((scale > MOST_DECIMALS || !is_small(mantissa)) && scale > 0 && mantissa % 10 == 0) {
        mantissa /= 10;
        scale--;
    }
    value->mantissa = mantissa;
    value->scale = scale;
    return scale <= MOST_DECIMALS && is_small(mantissa);
}

/// The mantissa with more decimals; false where it has no room.
static bool scaled(gantry_decimal value, unsigned scale, gantry_int128 *mantissa) {
    return !__builtin_mul_overflow(value.mantissa, power_of_ten(scale - value.scale), mantissa);
}

bool gantry_decimal_add(gantry_decimal a, gantry_decimal b, gantry_decimal *sum) {
    gantry_int128 left, right, both;
    unsigned scale = a.scale > b.scale ? a.scale : b.scale;
    if (!scaled(a, scale, &left) || !scaled(b, scale, &right)) return false;
    return !__builtin_add_overflow(left, right, &both) && fit(both, scale, sum);
}

bool gantry_decimal_sub(gantry_decimal a, gantry_decimal b, gantry_decimal *difference) {
    b.mantissa = -b.mantissa;
    return gantry_decimal_add(a, b, difference);
}

bool gantry_decimal_mul(gantry_decimal a, gantry_decimal b, gantry_decimal *product) {
    gantry_int128 mantissa;
    if (__builtin_mul_overflow(a.mantissa, b.mantissa, &mantissa)) {
        a = gantry_decimal_normalised(a);
        b = gantry_decimal_normalised(b);
        if (__builtin_mul_overflow(a.mantissa, b.mantissa, &mantissa)) return false;
    }
    return fit(mantissa, a.scale + b.scale, product);
}

bool gantry_decimal_hundredth(gantry_decimal value, gantry_decimal *hundredth) {
    return fit(value.mantissa, value.scale + 2, hundredth);
}

/// First by what stands before the point, since bringing both to the same scale might have no room.
int gantry_decimal_compare(gantry_decimal a, gantry_decimal b) {
    if (a.scale != b.scale) {
        gantry_int128 one_a = power_of_ten(a.scale), one_b = power_of_ten(b.scale);
        gantry_int128 whole_a = a.mantissa / one_a, whole_b = b.mantissa / one_b;
        if (whole_a != whole_b) return whole_a < whole_b ? -1 : 1;
        a.mantissa = a.mantissa % one_a * power_of_ten(MOST_DECIMALS - a.scale);
        b.mantissa = b.mantissa % one_b * power_of_ten(MOST_DECIMALS - b.scale);
    }
    return (a.mantissa > b.mantissa) - (a.mantissa < b.mantissa);
}

gantry_decimal gantry_decimal_abs(gantry_decimal value) {
    if (value.mantissa < 0) value.mantissa = -value.mantissa;
    return value;
}

gantry_decimal gantry_decimal_normalised(gantry_decimal value) {
    while (value.scale > 0 && value.mantissa % 10 == 0) {
        value.mantissa /= 10;
        value.scale--;
    }
    return value;
}

/// Dividing 128 bits is slow in a sandbox; amounts of money nearly always fit in 64.
static gantry_int128 divided(gantry_int128 mantissa, unsigned decimals) {
    gantry_int128 one = power_of_ten(decimals);
    if (decimals <= MOST_POWER && mantissa <= INT64_MAX / 2 && mantissa >= -(INT64_MAX / 2)) {
        int64_t divisor = (int64_t)one, half = divisor / 2;
        return ((int64_t)mantissa + (mantissa < 0 ? -half : half)) / divisor;
    }
    return (mantissa + (mantissa < 0 ? -(one / 2) : one / 2)) / one;
}

gantry_decimal gantry_decimal_rounded(gantry_decimal value, unsigned decimals) {
    if (value.scale > decimals) {
        value.mantissa = divided(value.mantissa, value.scale - decimals);
        value.scale = decimals;
        return value;
    }
    while (value.scale < decimals && value.scale < MOST_DECIMALS && is_small(value.mantissa * 10)) {
        value.mantissa *= 10;
        value.scale++;
    }
    return value;
}

gantry_defect gantry_at_most_decimals(gantry_decimal value, unsigned decimals) {
    if (value.scale <= decimals || gantry_decimal_normalised(value).scale <= decimals) return gantry_fine();
    gantry_text text = gantry_decimal_text(value);
    return gantry_defect_of("too-many-decimals", "%.*s has more than %u decimals", GANTRY_ARG(text), decimals);
}

gantry_defect gantry_decimal_within(gantry_decimal value, uint32_t low, uint32_t high) {
    gantry_decimal least = {low, 0}, most = {high, 0};
    if (gantry_decimal_compare(value, least) >= 0 && gantry_decimal_compare(value, most) <= 0) return gantry_fine();
    gantry_text text = gantry_decimal_text(value);
    return gantry_defect_of("out-of-range", "%.*s is outside the plausible range from %lu to %lu", GANTRY_ARG(text),
                            (unsigned long)low, (unsigned long)high);
}

size_t gantry_decimal_write(gantry_decimal value, char *to) {
    char digits[GANTRY_DECIMAL_ROOM];
    size_t start = sizeof digits;
    gantry_int128 mantissa = gantry_decimal_abs(value).mantissa;
    for (unsigned place = 0; mantissa > 0 || place <= value.scale; place++) {
        if (place == value.scale && place > 0) digits[--start] = '.';
        if (mantissa <= INT64_MAX) {
            uint64_t rest = (uint64_t)mantissa;
            digits[--start] = (char)('0' + rest % 10);
            mantissa = (gantry_int128)(rest / 10);
        } else {
            digits[--start] = (char)('0' + (int)(mantissa % 10));
            mantissa /= 10;
        }
    }
    if (value.mantissa < 0) digits[--start] = '-';
    memcpy(to, digits + start, sizeof digits - start);
    return sizeof digits - start;
}

gantry_text gantry_decimal_text(gantry_decimal value) {
    char *text = gantry_array(char, GANTRY_DECIMAL_ROOM);
    size_t length = gantry_decimal_write(value, text);
    gantry_shrink(text, GANTRY_DECIMAL_ROOM, length);
    gantry_text written = {text, length};
    return written;
}
