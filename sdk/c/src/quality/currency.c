/// Currencies: a sorted list, searched in place.
#include "gantry/currency.h"

#include <stdint.h>

#include "gantry/field.h"

enum { CODE = 3 };

struct currency {
    char code[CODE];
    uint8_t decimals;
};

#include "currencies.inc"

static const struct currency *find(const char *code) {
    size_t low = 0, high = sizeof currencies / sizeof *currencies;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = memcmp(currencies[middle].code, code, CODE);
        if (order == 0) return &currencies[middle];
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

gantry_defect gantry_currency_of(gantry_text code, gantry_currency *currency) {
    char upper[CODE] = {0};
    gantry_text trimmed = gantry_trim(code);
    for (size_t at = 0; at < CODE && at < trimmed.length; at++) {
        char c = trimmed.ptr[at];
        upper[at] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
    }
    const struct currency *found = trimmed.length == CODE ? find(upper) : NULL;
    if (!found) return gantry_defect_of("unknown-currency", "`%.*s` is no currency of ISO 4217", GANTRY_ARG(code));
    memcpy(currency->code, found->code, CODE);
    currency->code[CODE] = '\0';
    currency->decimals = found->decimals;
    return gantry_fine();
}

gantry_currency gantry_currency_at(gantry_checker *check, gantry_json object, const char *name) {
    gantry_currency currency = {0};
    gantry_text given = {NULL, 0};
    gantry_defect defect = gantry_as_text(gantry_member(object, name), &given);
    if (gantry_is_fine(defect)) defect = gantry_currency_of(given, &currency);
    gantry_check(check, name, defect);
    return currency;
}
