/// Rules for one value.
#include "gantry/plausible.h"

#include "gantry/field.h"

gantry_defect gantry_ensure(bool holds, const char *code, const char *format, ...) {
    if (holds) return gantry_fine();
    va_list arguments;
    va_start(arguments, format);
    gantry_defect defect = {code, gantry_format_list(format, arguments)};
    va_end(arguments);
    return defect;
}

gantry_defect gantry_range(int64_t value, int64_t low, int64_t high) {
    if (value >= low && value <= high) return gantry_fine();
    return gantry_defect_of("out-of-range", "%lld is outside the plausible range from %lld to %lld", (long long)value,
                            (long long)low, (long long)high);
}

gantry_defect gantry_length(gantry_text text, size_t limit) {
    size_t characters = 0;
    if (text.length <= limit) return gantry_fine();
    for (size_t at = 0; at < text.length; at++) characters += (text.ptr[at] & 0xC0) != 0x80;
    if (characters <= limit) return gantry_fine();
    return gantry_defect_of("too-long", "%zu characters, %zu fit", characters, limit);
}

static bool is_article_number(gantry_text text) {
    for (size_t at = 0; at < text.length; at++) {
        char c = text.ptr[at];
        bool is_alphanumeric = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        if (!is_alphanumeric && c != '-' && c != '.' && c != '_') return false;
    }
    return text.length > 0;
}

gantry_defect gantry_sku(gantry_text text, gantry_text prefix, gantry_text *number) {
    gantry_text trimmed = gantry_trim(text);
    if (trimmed.length > prefix.length && gantry_equal(gantry_first(trimmed, prefix.length), prefix)) {
        *number = gantry_behind(trimmed, prefix.length);
        if (is_article_number(*number)) return gantry_fine();
    }
    gantry_text none = {"", 0};
    *number = none;
    return gantry_defect_of("wrong-sku", "`%.*s` is not `%.*s` and an article number", GANTRY_ARG(text),
                            GANTRY_ARG(prefix));
}

gantry_date gantry_date_at(gantry_checker *check, gantry_json object, const char *name, gantry_date_order order) {
    gantry_date date = {0};
    gantry_text given = {NULL, 0};
    gantry_defect defect = gantry_as_text(gantry_member(object, name), &given);
    if (gantry_is_fine(defect)) defect = gantry_date_parse(given, order, &date);
    gantry_check(check, name, defect);
    return date;
}

gantry_date gantry_date_or_none_at(gantry_checker *check, gantry_json object, const char *name,
                                   gantry_date_order order) {
    gantry_date date = {0};
    gantry_text given = {NULL, 0};
    gantry_defect defect = gantry_as_text_or_none(gantry_member(object, name), &given);
    if (gantry_is_fine(defect) && given.ptr) defect = gantry_date_parse(given, order, &date);
    gantry_check(check, name, defect);
    return date;
}
