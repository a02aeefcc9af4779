/// Phone numbers, as libphonenumber reads and judges them.
#include "gantry/contact.h"
#include "numbering.h"
#include "phone_text.h"

/// Of national numbers.
enum { SHORTEST = 2, LONGEST = 17 };

/// A number and its calling code, empty where none is written.
struct split {
    gantry_text code, number;
};

static bool is_international(gantry_text written) { return written.length > 0 && written.ptr[0] == '+'; }

/// False where there is no such calling code.
static bool split(gantry_text written, const gantry_plan *own, struct split *split) {
    gantry_text digits = gantry_phone_digits(written), behind = digits, none = {"", 0};
    size_t access = is_international(written) ? 0 : gantry_access_length(own, digits);
    if (access > 0 || is_international(written)) {
        behind = gantry_behind(digits, access);
        size_t length = behind.length > SHORTEST ? gantry_code_length(behind) : 0;
        split->code = gantry_first(behind, length);
        split->number = gantry_behind(behind, length);
        return length > 0;
    }
    size_t code = own->code.length;
    if (code > 0 && digits.length >= code && gantry_equal(gantry_first(digits, code), own->code)) {
        gantry_text rest = gantry_without_prefix(own, gantry_behind(digits, code));
        bool is_better = !gantry_plan_fits(own, digits) && gantry_plan_fits(own, rest);
        if (is_better || gantry_is_too_long(own, digits.length)) {
            split->code = own->code;
            split->number = rest;
            return true;
        }
    }
    split->code = none;
    split->number = digits;
    return true;
}

static gantry_text without_plus(gantry_text written) {
    while (is_international(written)) written = gantry_behind(written, 1);
    return written;
}

static bool read_number(gantry_text written, gantry_plan own, gantry_text *number) {
    struct split found;
    if (own.code.length == 0 && !is_international(written)) return false;
    if (!split(written, &own, &found)) {
        // Perhaps somebody put a plus before digits that are dialled inside the country.
        if (!is_international(written) || !split(without_plus(written), &own, &found)) return false;
        if (found.code.length == 0) return false;
    }
    if (found.code.length > 0) own = gantry_main_plan(found.code);
    if (own.code.length == 0 || found.number.length < SHORTEST) return false;
    gantry_text stripped = gantry_without_prefix(&own, found.number);
    gantry_text national = gantry_has_length(&own, stripped.length) ? stripped : found.number;
    if (national.length < SHORTEST || national.length > LONGEST) return false;
    if (!gantry_is_valid_number(own.code, national)) return false;
    *number = gantry_format("+%.*s%.*s", GANTRY_ARG(own.code), GANTRY_ARG(national));
    return true;
}

static bool is_code(gantry_text country) {
    if (country.length != 2) return false;
    for (size_t at = 0; at < 2; at++) {
        char upper = (char)(country.ptr[at] & ~0x20);
        if (upper < 'A' || upper > 'Z') return false;
    }
    return true;
}

gantry_defect gantry_phone(gantry_text text, gantry_text country, gantry_text *number) {
    gantry_text written;
    if (country.length > 0 && !is_code(country)) {
        return gantry_defect_of(GANTRY_BUG, "the country of a phone number is an alpha-2 code, and `%.*s` is none",
                                GANTRY_ARG(country));
    }
    if (gantry_phone_in(text, &written) && read_number(written, gantry_plan_of(country), number)) return gantry_fine();
    return gantry_defect_of("not-a-phone-number", "`%.*s` can't be dialled in %.*s", GANTRY_ARG(text),
                            GANTRY_ARG(country));
}
