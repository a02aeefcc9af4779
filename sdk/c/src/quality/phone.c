/// Phone numbers: calling codes, trunk prefixes and lengths of the national numbering plans.
#include <stdint.h>

#include "gantry/arena.h"
#include "gantry/contact.h"

enum { MOST_DIGITS = 20, LONGEST = 15 };

struct plan {
    char country[3];
    char code[4];
    char trunk[3];
    uint16_t lengths; ///< A bit for each length that a national number may have.
};

#include "phone_plans.inc"

enum { PLANS = sizeof plans / sizeof *plans };

/// A number as far as it is read: its digits, and whether a `+` stands before them.
struct digits {
    char digit[MOST_DIGITS + 1];
    size_t count;
    bool is_international;
};

/// False where anything but digits and the usual marks stands in the text.
static bool read_digits(gantry_text text, struct digits *read) {
    read->count = 0;
    read->is_international = text.length > 0 && text.ptr[0] == '+';
    for (size_t at = read->is_international; at < text.length; at++) {
        char c = text.ptr[at];
        if (c >= '0' && c <= '9') {
            if (read->count == MOST_DIGITS) return false;
            read->digit[read->count++] = c;
        } else if (c == '\0' || !strchr(" -./()", c)) {
            return false;
        }
    }
    read->digit[read->count] = '\0';
    return read->count > 0;
}

static const struct plan *plan_of(gantry_text country) {
    for (size_t at = 0; at < PLANS; at++) {
        if (gantry_is(country, plans[at].country)) return &plans[at];
    }
    return NULL;
}

static bool allows(const struct plan *plan, size_t length) {
    return length <= LONGEST && (plan->lengths >> length & 1);
}

/// True if a plan with this calling code allows what stands behind it; a trunk zero written there, as in
/// `+44 (0)20 …`, is taken out.
static bool is_dialled(char *digits) {
    for (size_t at = 0; at < PLANS; at++) {
        const struct plan *plan = &plans[at];
        size_t code = strlen(plan->code), trunk = strlen(plan->trunk);
        if (strncmp(digits, plan->code, code) != 0) continue;
        char *national = digits + code;
        if (trunk > 0 && strncmp(national, plan->trunk, trunk) == 0 && allows(plan, strlen(national) - trunk)) {
            memmove(national, national + trunk, strlen(national + trunk) + 1);
            return true;
        }
        if (allows(plan, strlen(national))) return true;
    }
    return false;
}

/// The national number without its trunk prefix; NULL where the plan doesn't allow its length.
static const char *national_of(const struct plan *plan, const char *digits) {
    size_t trunk = strlen(plan->trunk);
    bool has_trunk = trunk > 0 && strncmp(digits, plan->trunk, trunk) == 0;
    if (strcmp(plan->code, "1") == 0 && digits[0] == '1') {
        has_trunk = true;
        trunk = 1;
    }
    if (has_trunk && allows(plan, strlen(digits) - trunk)) return digits + trunk;
    return !has_trunk && allows(plan, strlen(digits)) ? digits : NULL;
}

/// What the digits are dialled by from inside the country to leave it; 0 where they stay.
static size_t access_code(const struct plan *plan, const char *digits) {
    if (strncmp(digits, "00", 2) == 0) return 2;
    return plan && strcmp(plan->code, "1") == 0 && strncmp(digits, "011", 3) == 0 ? 3 : 0;
}

gantry_defect gantry_phone(gantry_text text, gantry_text country, gantry_text *number) {
    struct digits read;
    const struct plan *plan = plan_of(country);
    if (read_digits(gantry_trim(text), &read)) {
        size_t access = read.is_international ? 0 : access_code(plan, read.digit);
        if (read.is_international || access) {
            if (is_dialled(read.digit + access)) {
                *number = gantry_format("+%s", read.digit + access);
                return gantry_fine();
            }
        } else if (plan && national_of(plan, read.digit)) {
            *number = gantry_format("+%s%s", plan->code, national_of(plan, read.digit));
            return gantry_fine();
        }
    }
    return gantry_defect_of("not-a-phone-number", "`%.*s` can't be dialled in %.*s", GANTRY_ARG(text),
                            GANTRY_ARG(country));
}
