/// Prices, discounts and totals.
#include "pricing.h"

static gantry_defect overflow(bool has_room) {
    return gantry_ensure(has_room, "out-of-range", "the amount is beyond all numbers");
}

gantry_defect add(gantry_decimal a, gantry_decimal b, gantry_decimal *sum) {
    return overflow(gantry_decimal_add(a, b, sum));
}

gantry_defect line_amount(uint32_t quantity, gantry_decimal unit_price, gantry_decimal discount_percent,
                          gantry_currency currency, gantry_decimal *amount) {
    gantry_decimal full, rest, hundredfold, computed;
    if (!gantry_decimal_mul(unit_price, gantry_decimal_of(quantity, 0), &full)) return overflow(false);
    computed = full;
    if (discount_percent.mantissa != 0) {
        bool has_room = gantry_decimal_sub(gantry_decimal_of(100, 0), discount_percent, &rest) &&
                        gantry_decimal_mul(full, rest, &hundredfold) &&
                        gantry_decimal_hundredth(hundredfold, &computed);
        if (!has_room) return overflow(false);
    }
    *amount = gantry_decimal_rounded(computed, currency.decimals);
    return gantry_fine();
}

gantry_defect agreed(gantry_decimal stated, gantry_decimal computed, gantry_decimal tolerance, const char *code) {
    gantry_decimal difference;
    bool agrees = gantry_decimal_sub(stated, computed, &difference) &&
                  gantry_decimal_compare(gantry_decimal_abs(difference), tolerance) <= 0;
    if (agrees) return gantry_fine();
    gantry_text left = gantry_decimal_text(stated), right = gantry_decimal_text(computed);
    return gantry_defect_of(code, "%.*s is stated, %.*s is computed", GANTRY_ARG(left), GANTRY_ARG(right));
}

gantry_defect price(gantry_decimal amount) { return gantry_decimal_within(amount, 0, 1000000000); }

gantry_defect payable(gantry_decimal *amount, gantry_currency currency) {
    gantry_defect defect = price(*amount);
    if (gantry_is_fine(defect)) defect = gantry_at_most_decimals(*amount, currency.decimals);
    if (gantry_is_fine(defect)) *amount = gantry_decimal_rounded(*amount, currency.decimals);
    return defect;
}

gantry_defect percent(gantry_decimal percent) { return gantry_decimal_within(percent, 0, 100); }
