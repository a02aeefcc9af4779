/// Rules of time zones, searched and evaluated in place.
#include "zone.h"

#include "gantry/date.h"

#include "zones.inc"

int64_t gantry_day_number(int64_t year, int64_t month, int64_t day) {
    // Years begin in March here, so that a leap day is the last one.
    int64_t from = year - (month <= 2), era = gantry_floor(from, 400), year_of_era = from - era * 400;
    int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

void gantry_day_date(int64_t number, int64_t *year, int *month, int *day) {
    int64_t days = number + 719468, era = gantry_floor(days, 146097), day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

/// What stands before the mark, which is taken off the text with it.
static gantry_text take(gantry_text *text, char mark) {
    size_t length = 0;
    while (length < text->length && text->ptr[length] != mark) length++;
    gantry_text word = gantry_first(*text, length);
    *text = gantry_behind(*text, length < text->length ? length + 1 : length);
    return word;
}

static int64_t number_of(gantry_text text) {
    int64_t number = 0;
    bool is_negative = text.length > 0 && text.ptr[0] == '-';
    for (size_t at = is_negative; at < text.length; at++) number = number * 10 + (text.ptr[at] - '0');
    return is_negative ? -number : number;
}

/// The rest of the line that begins with this mark, if it isn't NUL, and this word; false where there is none.
static bool find(char mark, gantry_text word, gantry_text *rest) {
    size_t low = 0, high = sizeof zones - 1;
    while (low < high) {
        size_t start = low + (high - low) / 2, end = start;
        while (start > low && zones[start - 1] != '\n') start--;
        while (zones[end] != '\n') end++;
        gantry_text line = {zones + start, end - start};
        gantry_text key = take(&line, ' ');
        int order = 0;
        if (mark) {
            order = (key.ptr[0] > mark) - (key.ptr[0] < mark);
            key = gantry_behind(key, 1);
        }
        if (order == 0) order = gantry_compare(key, word);
        if (order == 0) {
            *rest = line;
            return true;
        }
        if (order < 0) {
            low = end + 1;
        } else {
            high = start;
        }
    }
    return false;
}

bool gantry_zone_of(gantry_text name, gantry_text *history) {
    gantry_text number;
    bool is_name = name.length > 0 && name.ptr[0] != '!' && name.ptr[0] != '=';
    return is_name && find('\0', name, &number) && find('=', number, history);
}

/// When the clocks are changed in a year, in seconds of the wall clock: `3.5.0/120`.
static int64_t change(gantry_text text, int64_t year) {
    int64_t month = number_of(take(&text, '.')), week = number_of(take(&text, '.')), weekday = number_of(take(&text, '/'));
    int64_t first = gantry_day_number(year, month, 1);
    int64_t next = month == 12 ? first + 31 : gantry_day_number(year, month + 1, 1);
    // 1970 began on a Thursday.
    int64_t day = first + ((weekday - first - 4) % 7 + 7) % 7 + 7 * (week - 1);
    while (day >= next) day -= 7;
    return day * GANTRY_DAY + number_of(text) * 60;
}

static int64_t ruled_offset(gantry_text rule, int64_t seconds) {
    int64_t standard = number_of(take(&rule, ',')) * 60, year;
    int month, day;
    if (rule.length == 0) return standard;
    int64_t daylight = number_of(take(&rule, ',')) * 60;
    gantry_day_date(gantry_floor(seconds + standard, GANTRY_DAY), &year, &month, &day);
    int64_t begins = change(take(&rule, ','), year) - standard, ends = change(rule, year) - daylight;
    bool is_summer = begins < ends ? begins <= seconds && seconds < ends : !(ends <= seconds && seconds < begins);
    return is_summer ? daylight : standard;
}

int64_t gantry_zone_offset(gantry_text history, int64_t seconds) {
    gantry_text number = take(&history, ' '), rule = {"", 0};
    while (history.length > 0 && seconds >= number_of(take(&history, ' ')) * 60) number = take(&history, ' ');
    return find('!', number, &rule) ? ruled_offset(rule, seconds) : 0;
}

gantry_readings gantry_zone_readings(gantry_text history, int64_t local) {
    // No two changes are less than two days apart.
    int64_t before = gantry_zone_offset(history, local - GANTRY_DAY), after = gantry_zone_offset(history, local + GANTRY_DAY);
    bool is_before = gantry_zone_offset(history, local - before) == before;
    bool is_after = gantry_zone_offset(history, local - after) == after;
    int64_t most = before > after ? before : after, least = before > after ? after : before;
    if (before == after || is_before != is_after) {
        int64_t only = is_before || before == after ? before : after;
        gantry_readings one = {1, local - only, local - only};
        return one;
    }
    gantry_readings readings = {is_before ? 2 : 0, local - most, local - least};
    return readings;
}
