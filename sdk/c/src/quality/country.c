/// Countries by name: a sorted list of folded names, searched in place.
#include "gantry/country.h"

#include <stdint.h>

#include "gantry/field.h"
#include "gantry/fold.h"

#include "countries.inc"

enum { COUNT = sizeof starts / sizeof *starts - 1, CODE = 2 };

static gantry_text name_at(size_t at) {
    gantry_text name = {names + starts[at], (size_t)(starts[at + 1] - starts[at] - CODE)};
    return name;
}

gantry_defect gantry_country(gantry_text text, gantry_text *alpha2) {
    gantry_text wanted = gantry_fold(text);
    size_t low = 0, high = COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        gantry_text name = name_at(middle);
        int order = gantry_compare(name, wanted);
        if (order == 0) {
            alpha2->ptr = name.ptr + name.length;
            alpha2->length = CODE;
            return gantry_fine();
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return gantry_defect_of("unknown-country", "`%.*s` is no country known by ISO 3166", GANTRY_ARG(text));
}

gantry_text gantry_country_at(gantry_checker *check, gantry_json object, const char *name) {
    gantry_text given = {NULL, 0}, alpha2 = {"", 0};
    gantry_defect defect = gantry_as_text(gantry_member(object, name), &given);
    if (gantry_is_fine(defect)) defect = gantry_country(given, &alpha2);
    gantry_check(check, name, defect);
    return alpha2;
}
