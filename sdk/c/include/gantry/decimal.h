/// Money and other decimals, exact from the first digit to the last: no float ever holds them.
///
/// A decimal is a whole number below 2^96 and how many of its digits, 0 to 28, stand behind the point, so it keeps its
/// trailing zeros: 4.50 stays 4.50. Sums and products are exact or refused.
#pragma once

#include <stdint.h>

#include "gantry/defect.h"
#include "gantry/json.h"

#ifdef __cplusplus
extern "C" {
#endif

__extension__ typedef __int128 gantry_int128;

typedef struct gantry_decimal {
    gantry_int128 mantissa;
    unsigned scale; ///< 4.50: the mantissa is 450, the scale 2.
} gantry_decimal;

/// How a text writes decimals.
typedef enum gantry_notation {
    GANTRY_PLAIN, ///< `1234.56`, as machines write: no grouping.
    GANTRY_POINT, ///< `1,234.56`
    GANTRY_COMMA, ///< `1.234,56`
} gantry_notation;

/// Room for a sign, 30 digits and the point.
#define GANTRY_DECIMAL_ROOM 32

/// 450 and 2 make 4.50; the mantissa must be below 2^96, the scale at most 28.
static inline gantry_decimal gantry_decimal_of(int64_t mantissa, unsigned scale) {
    gantry_decimal decimal = {mantissa, scale};
    return decimal;
}

/// The decimal a text stands for; `not-a-decimal`. Groups of thousands may be set off by the notation's mark, a blank
/// or an apostrophe; they must be whole (`1.23,4` is none).
gantry_defect gantry_decimal_parse(gantry_text text, gantry_notation notation, gantry_decimal *value);

/// From a JSON number, by its digits; also from a text in the machines' notation, which is how careful systems write
/// money. `missing-field`, `wrong-type`, `not-a-decimal`.
gantry_defect gantry_as_decimal(gantry_json json, gantry_decimal *value);

/// False where the exact result has no room.
bool gantry_decimal_add(gantry_decimal a, gantry_decimal b, gantry_decimal *sum);
bool gantry_decimal_sub(gantry_decimal a, gantry_decimal b, gantry_decimal *difference);
bool gantry_decimal_mul(gantry_decimal a, gantry_decimal b, gantry_decimal *product);

/// A hundredth: what percentages are reckoned with. False where it has no room.
bool gantry_decimal_hundredth(gantry_decimal value, gantry_decimal *hundredth);

/// Below, at or above zero, by value: 1.0 is 1.
int gantry_decimal_compare(gantry_decimal a, gantry_decimal b);

gantry_decimal gantry_decimal_abs(gantry_decimal value);

/// Without trailing zeros behind the point.
gantry_decimal gantry_decimal_normalised(gantry_decimal value);

/// Rounded to this many decimals, a half away from zero, as invoices are; written with exactly that many, or with as
/// many of them as there is room for.
gantry_decimal gantry_decimal_rounded(gantry_decimal value, unsigned decimals);

/// `too-many-decimals` unless the value has at most this many, trailing zeros not counted.
gantry_defect gantry_at_most_decimals(gantry_decimal value, unsigned decimals);

/// Plausibility: `out-of-range` unless the value is from `low` to `high`.
gantry_defect gantry_decimal_within(gantry_decimal value, uint32_t low, uint32_t high);

/// With all its decimals, into room for `GANTRY_DECIMAL_ROOM` bytes; how many were written.
size_t gantry_decimal_write(gantry_decimal value, char *to);

/// The same as a text in the arena.
gantry_text gantry_decimal_text(gantry_decimal value);

#ifdef __cplusplus
}
#endif
