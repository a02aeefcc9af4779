/// Dates in digits, and the calendar.
#include "gantry/date.h"

#include "date_parts.h"
#include "gantry/arena.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

int gantry_date_digits(gantry_text text, size_t from, size_t count) {
    if (text.length < from + count) return -1;
    int number = 0;
    for (size_t at = from; at < from + count; at++) {
        if (!is_digit(text.ptr[at])) return -1;
        number = number * 10 + (text.ptr[at] - '0');
    }
    return number;
}

int gantry_date_short(gantry_text digits) {
    return digits.length >= 1 && digits.length <= 2 ? gantry_date_digits(digits, 0, digits.length) : -1;
}

int gantry_date_year(gantry_text digits) { return digits.length == 4 ? gantry_date_digits(digits, 0, 4) : -1; }

bool gantry_date_of(int year, int month, int day, gantry_date *date) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || month < 1 || month > 12 || day < 1) return false;
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > days[month - 1] + (month == 2 && is_leap)) return false;
    date->year = (int16_t)year;
    date->month = (uint8_t)month;
    date->day = (uint8_t)day;
    return true;
}

/// `2026-03-09` or `20260309`, alone or before a time of day.
static bool is_iso(gantry_text text, gantry_date *date) {
    size_t end = 10;
    if (text.length >= end && text.ptr[4] == '-' && text.ptr[7] == '-') {
        if (!gantry_date_of(gantry_date_digits(text, 0, 4), gantry_date_digits(text, 5, 2),
                            gantry_date_digits(text, 8, 2), date)) {
            return false;
        }
    } else {
        end = 8;
        if (text.length != end || !gantry_date_of(gantry_date_digits(text, 0, 4), gantry_date_digits(text, 4, 2),
                                                  gantry_date_digits(text, 6, 2), date)) {
            return false;
        }
    }
    return text.length == end || gantry_is_time(gantry_behind(text, end));
}

/// The digits at the beginning; they are taken off the text.
static gantry_text take_digits(gantry_text *text) {
    size_t count = 0;
    while (count < text->length && is_digit(text->ptr[count])) count++;
    gantry_text digits = gantry_first(*text, count);
    *text = gantry_behind(*text, count);
    return digits;
}

static bool take_mark(gantry_text *text, char mark) {
    if (text->length == 0 || text->ptr[0] != mark) return false;
    *text = gantry_behind(*text, 1);
    return true;
}

static gantry_defect not_a_date(gantry_text text) {
    return gantry_defect_of("not-a-date", "`%.*s` is no date of a known spelling", GANTRY_ARG(text));
}

static gantry_defect by_order(gantry_text text, int first, int second, int year, gantry_date_order order,
                              gantry_date *date) {
    gantry_date day_first, month_first;
    bool is_day_first = order != GANTRY_MONTH_FIRST && gantry_date_of(year, second, first, &day_first);
    bool is_month_first = order != GANTRY_DAY_FIRST && gantry_date_of(year, first, second, &month_first);
    if (is_day_first && is_month_first && gantry_date_compare(day_first, month_first) != 0) {
        gantry_text a = gantry_date_text(day_first), b = gantry_date_text(month_first);
        return gantry_defect_of("ambiguous-date", "`%.*s` is either %.*s or %.*s: declare which comes first",
                                GANTRY_ARG(text), GANTRY_ARG(a), GANTRY_ARG(b));
    }
    if (!is_day_first && !is_month_first) return not_a_date(text);
    *date = is_day_first ? day_first : month_first;
    return gantry_fine();
}

/// `9.3.2026`, `2026/3/9`, `03/09/2026`
static gantry_defect numeric(gantry_text text, gantry_date_order order, gantry_date *date) {
    gantry_text rest = text, first = take_digits(&rest);
    char mark = rest.length ? rest.ptr[0] : '\0';
    if (mark != '.' && mark != '/' && mark != '-') return not_a_date(text);
    take_mark(&rest, mark);
    gantry_text second = take_digits(&rest);
    bool is_three = take_mark(&rest, mark);
    gantry_text third = take_digits(&rest);
    if (!is_three || (rest.length > 0 && !gantry_is_time(rest))) return not_a_date(text);
    if (first.length == 4) {
        bool is_date =
            gantry_date_of(gantry_date_year(first), gantry_date_short(second), gantry_date_short(third), date);
        return is_date ? gantry_fine() : not_a_date(text);
    }
    return by_order(text, gantry_date_short(first), gantry_date_short(second), gantry_date_year(third),
                    mark == '.' ? GANTRY_DAY_FIRST : order, date);
}

static bool has_letters(gantry_text text) {
    for (size_t at = 0; at < text.length; at++) {
        unsigned char byte = (unsigned char)text.ptr[at];
        if (byte >= 0x80 || ((byte | 32) >= 'a' && (byte | 32) <= 'z')) return true;
    }
    return false;
}

gantry_defect gantry_date_parse(gantry_text text, gantry_date_order order, gantry_date *date) {
    gantry_text trimmed = gantry_trim(text);
    if (is_iso(trimmed, date)) return gantry_fine();
    if (has_letters(trimmed)) return gantry_date_named(trimmed, date) ? gantry_fine() : not_a_date(text);
    return numeric(trimmed, order, date);
}

int gantry_date_compare(gantry_date a, gantry_date b) {
    int left = a.year * 10000 + a.month * 100 + a.day, right = b.year * 10000 + b.month * 100 + b.day;
    return (left > right) - (left < right);
}

void gantry_date_write(gantry_date date, char to[GANTRY_DATE_ROOM]) {
    int number = date.year * 10000 + date.month * 100 + date.day;
    for (int at = GANTRY_DATE_ROOM - 1; at >= 0; at--) {
        if (at == 4 || at == 7) {
            to[at] = '-';
        } else {
            to[at] = (char)('0' + number % 10);
            number /= 10;
        }
    }
}

gantry_text gantry_date_text(gantry_date date) {
    char *iso = gantry_array(char, GANTRY_DATE_ROOM);
    gantry_date_write(date, iso);
    gantry_text text = {iso, GANTRY_DATE_ROOM};
    return text;
}

bool gantry_date_order_of(gantry_text name, gantry_date_order *order) {
    static const char *const names[] = {"undeclared", "day_first", "month_first"};
    for (int at = 0; at < 3; at++) {
        if (!gantry_is(name, names[at])) continue;
        *order = (gantry_date_order)at;
        return true;
    }
    return false;
}
