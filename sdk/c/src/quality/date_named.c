/// Dates with the name of a month in English, German, French or Spanish.
#include "date_parts.h"

#include "gantry/fold.h"

/// Folded names, each with its month. A text names a month if it is a beginning of one, at least three letters long.
static const struct {
    const char *name;
    int month;
} months[] = {
    {"january", 1},    {"januar", 1},    {"jaenner", 1},    {"janner", 1},    {"janvier", 1},   {"enero", 1},
    {"february", 2},   {"februar", 2},   {"fevrier", 2},    {"febrero", 2},   {"march", 3},     {"marz", 3},
    {"maerz", 3},      {"mars", 3},      {"marzo", 3},      {"mrz", 3},       {"april", 4},     {"avril", 4},
    {"abril", 4},      {"may", 5},       {"mai", 5},        {"mayo", 5},      {"june", 6},      {"juni", 6},
    {"juin", 6},       {"junio", 6},     {"july", 7},       {"juli", 7},      {"juillet", 7},   {"julio", 7},
    {"august", 8},     {"aout", 8},      {"agosto", 8},     {"september", 9}, {"septembre", 9}, {"septiembre", 9},
    {"setiembre", 9},  {"sept", 9},      {"october", 10},   {"oktober", 10},  {"octobre", 10},  {"octubre", 10},
    {"november", 11},  {"novembre", 11}, {"noviembre", 11}, {"december", 12}, {"dezember", 12}, {"decembre", 12},
    {"diciembre", 12},
};

int gantry_month_of(gantry_text word) {
    int named = 0;
    if (word.length < 3) return 0;
    for (size_t at = 0; at < sizeof months / sizeof *months; at++) {
        gantry_text name = gantry_lit(months[at].name);
        if (name.length < word.length || !gantry_equal(gantry_first(name, word.length), word)) continue;
        if (named && named != months[at].month) return 0;
        named = months[at].month;
    }
    return named;
}

/// How many bytes the mark between two words has; 0 where none stands here.
static size_t mark_at(gantry_text text) {
    if (text.length == 0) return 0;
    if (strchr(" ,.-", text.ptr[0]) && text.ptr[0]) return 1;
    return gantry_starts_with(text, "\xC2\xA0") ? 2 : 0;
}

/// The next word; it is taken off the text.
static gantry_text take_word(gantry_text *text) {
    size_t mark, length = 0;
    while ((mark = mark_at(*text)) > 0) *text = gantry_behind(*text, mark);
    while (length < text->length && !mark_at(gantry_behind(*text, length))) length++;
    gantry_text word = gantry_first(*text, length);
    *text = gantry_behind(*text, length);
    return word;
}

/// The text without the weekday before its first comma, which isn't checked against the date.
static gantry_text without_weekday(gantry_text text) {
    for (size_t at = 0; at < text.length; at++) {
        char c = text.ptr[at];
        if (c == ',') return gantry_behind(text, at + 1);
        bool is_letter = ((c | 32) >= 'a' && (c | 32) <= 'z') || (c & 0x80);
        if (!is_letter && c != '.') return text;
    }
    return text;
}

/// `9`, `09`, `9th`, `1er`; -1 for anything else.
static int day_of(gantry_text word) {
    static const char *const endings[] = {"", "st", "nd", "rd", "th", "er", "º", "°"};
    size_t count = 0;
    while (count < word.length && word.ptr[count] >= '0' && word.ptr[count] <= '9') count++;
    for (size_t at = 0; at < sizeof endings / sizeof *endings; at++) {
        if (gantry_is(gantry_behind(word, count), endings[at])) return gantry_date_short(gantry_first(word, count));
    }
    return -1;
}

static bool is_filler(gantry_text word) {
    return gantry_is(word, "de") || gantry_is(word, "del") || gantry_is(word, "of");
}

bool gantry_date_named(gantry_text text, gantry_date *date) {
    gantry_text rest = without_weekday(text);
    gantry_text first = take_word(&rest), second = take_word(&rest);
    if (is_filler(second)) second = take_word(&rest);
    gantry_text year = take_word(&rest);
    if (is_filler(year)) year = take_word(&rest);
    int day = day_of(first);
    gantry_text month = day >= 0 ? second : first;
    if (day < 0) day = day_of(second);
    if (!gantry_date_of(gantry_date_year(year), gantry_month_of(gantry_fold(month)), day, date)) return false;
    while (rest.length > 0 && rest.ptr[rest.length - 1] == ' ') rest.length--;
    return rest.length == 0 || gantry_is_time(rest);
}
