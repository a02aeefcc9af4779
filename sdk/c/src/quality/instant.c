/// From texts to instants and back.
#include "gantry/instant.h"

#include "date_parts.h"
#include "gantry/arena.h"
#include "zone.h"

enum { LONGEST_EPOCH = 15, NANOS = 9 };

/// What a clock shows: seconds since 1970 began on it.
struct clock {
    int64_t seconds;
    int32_t nanoseconds;
    bool has_offset; ///< Its offset is taken off the seconds.
};

static gantry_defect wrong(gantry_text text) {
    return gantry_defect_of("not-a-datetime", "`%.*s` is no date and time of a known spelling", GANTRY_ARG(text));
}

static gantry_defect unknown_zone(gantry_text zone) {
    return gantry_defect_of("unknown-zone", "`%.*s` is no zone of the tz database", GANTRY_ARG(zone));
}

static gantry_defect unknown_offset(gantry_text text, gantry_text zone) {
    return gantry_defect_of("unknown-offset", "`%.*s`: the clocks of %.*s are known from 1970 on", GANTRY_ARG(text),
                            GANTRY_ARG(zone));
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The digits at the beginning; they are taken off the text.
static gantry_text take_digits(gantry_text *text) {
    size_t count = 0;
    while (count < text->length && is_digit(text->ptr[count])) count++;
    gantry_text digits = gantry_first(*text, count);
    *text = gantry_behind(*text, count);
    return digits;
}

static bool take(gantry_text *text, char mark) {
    if (text->length == 0 || text->ptr[0] != mark) return false;
    *text = gantry_behind(*text, 1);
    return true;
}

/// Two digits, taken off the text; -1 where there are none.
static int take_two(gantry_text *text) {
    int number = gantry_date_digits(*text, 0, 2);
    if (number >= 0) *text = gantry_behind(*text, 2);
    return number;
}

/// The digits behind the point of a second; so many places at most.
static int64_t fraction_of(gantry_text digits, size_t places) {
    int64_t number = 0;
    for (size_t at = 0; at < places; at++) number = number * 10 + (at < digits.length ? digits.ptr[at] - '0' : 0);
    return number;
}

/// What may be behind a time: nothing, `Z`, `+01:00`, `+0100`, `+01`.
static bool read_offset(gantry_text text, struct clock *clock) {
    clock->has_offset = text.length > 0;
    if (text.length == 0) return true;
    while (take(&text, ' ')) continue;
    if (gantry_is(text, "Z") || gantry_is(text, "z") || gantry_is(text, "UTC") || gantry_is(text, "GMT")) return true;
    bool is_behind = text.length > 0 && text.ptr[0] == '-';
    if (!take(&text, '+') && !take(&text, '-')) return false;
    int hours = take_two(&text), minutes = 0;
    if (text.length > 0) {
        take(&text, ':');
        minutes = take_two(&text);
    }
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || text.length > 0) return false;
    int offset = (hours * 60 + minutes) * 60;
    clock->seconds -= is_behind ? -offset : offset;
    return true;
}

/// `10:15:00.123+01:00`, or without colons.
static bool read_time(gantry_text text, bool has_colons, struct clock *clock) {
    int hour = take_two(&text);
    if (has_colons && !take(&text, ':')) return false;
    int minute = take_two(&text), second = 0;
    bool has_second = has_colons ? take(&text, ':') : text.length > 0 && is_digit(text.ptr[0]);
    if (has_second) second = take_two(&text);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
    if (has_second && (take(&text, '.') || take(&text, ','))) {
        gantry_text digits = take_digits(&text);
        if (digits.length == 0) return false;
        clock->nanoseconds = (int32_t)fraction_of(digits, NANOS);
    }
    clock->seconds += hour * 3600 + minute * 60 + second;
    return read_offset(text, clock);
}

static bool read_clock(gantry_text given, struct clock *clock) {
    gantry_text text = gantry_trim(given);
    bool has_dashes = text.length > 10 && text.ptr[4] == '-' && text.ptr[7] == '-';
    size_t end = has_dashes ? 10 : 8;
    if (text.length <= end) return false;
    char mark = text.ptr[end];
    if (mark != 'T' && mark != 't' && !(has_dashes && mark == ' ')) return false;
    gantry_date date;
    int month = gantry_date_digits(text, has_dashes ? 5 : 4, 2), day = gantry_date_digits(text, has_dashes ? 8 : 6, 2);
    if (!gantry_date_of(gantry_date_digits(text, 0, 4), month, day, &date)) return false;
    clock->seconds = gantry_day_number(date.year, date.month, date.day) * GANTRY_DAY;
    return read_time(gantry_behind(text, end + 1), has_dashes, clock);
}

/// The instant, if it is within the years.
static gantry_defect found(int64_t seconds, int64_t nanoseconds, gantry_text text, gantry_instant *instant) {
    int64_t first = gantry_day_number(1, 1, 1) * GANTRY_DAY, end = gantry_day_number(10000, 1, 1) * GANTRY_DAY;
    if (seconds < first || seconds >= end) return wrong(text);
    instant->seconds = seconds;
    instant->nanoseconds = (int32_t)nanoseconds;
    return gantry_fine();
}

gantry_defect gantry_instant_parse(gantry_text text, gantry_instant *instant) {
    struct clock clock = {0};
    if (!read_clock(text, &clock)) return wrong(text);
    if (!clock.has_offset) {
        return gantry_defect_of("missing-offset", "`%.*s` doesn't say how far it is from UTC", GANTRY_ARG(text));
    }
    return found(clock.seconds, clock.nanoseconds, text, instant);
}

gantry_defect gantry_instant_epoch(gantry_text text, gantry_epoch unit, gantry_instant *instant) {
    const int64_t second = 1000000000;
    gantry_text rest = gantry_trim(text), fraction = {"", 0};
    bool is_negative = take(&rest, '-');
    if (!is_negative) take(&rest, '+');
    gantry_text whole = take_digits(&rest);
    bool has_point = take(&rest, '.');
    if (has_point) fraction = take_digits(&rest);
    bool is_number = whole.length > 0 && whole.length <= LONGEST_EPOCH && (!has_point || fraction.length > 0);
    if (!is_number || rest.length > 0) return wrong(text);
    int64_t count = fraction_of(whole, whole.length), seconds = count, nanoseconds = fraction_of(fraction, NANOS);
    if (unit == GANTRY_EPOCH_MILLIS) {
        seconds = count / 1000;
        nanoseconds = count % 1000 * 1000000 + fraction_of(fraction, NANOS - 3);
    }
    if (is_negative) {
        seconds = -seconds - (nanoseconds > 0);
        nanoseconds = nanoseconds > 0 ? second - nanoseconds : 0;
    }
    return found(seconds, nanoseconds, text, instant);
}

gantry_defect gantry_instant_local(gantry_text text, gantry_text zone, gantry_disambiguation how,
                                   gantry_instant *instant) {
    struct clock clock = {0};
    gantry_text history;
    if (!gantry_zone_of(zone, &history)) return unknown_zone(zone);
    if (!read_clock(text, &clock) || clock.has_offset) return wrong(text);
    gantry_readings readings = gantry_zone_readings(history, clock.seconds);
    if (how == GANTRY_TIME_REJECT && readings.count != 1) {
        return gantry_defect_of(readings.count ? "ambiguous-time" : "nonexistent-time",
                                "`%.*s` is no time, or two, on the clocks of %.*s", GANTRY_ARG(text), GANTRY_ARG(zone));
    }
    bool is_later = how == GANTRY_TIME_LATER || (how == GANTRY_TIME_COMPATIBLE && readings.count == 0);
    int64_t seconds = is_later ? readings.later : readings.earlier;
    if (seconds < 0) return unknown_offset(text, zone);
    return found(seconds, clock.nanoseconds, text, instant);
}

/// As RFC 3339 without an offset.
static gantry_text local_text(int64_t seconds, int32_t nanoseconds) {
    int64_t days = gantry_floor(seconds, GANTRY_DAY), rest = seconds - days * GANTRY_DAY, year;
    int month, day;
    gantry_day_date(days, &year, &month, &day);
    gantry_date date = {(int16_t)year, (uint8_t)month, (uint8_t)day};
    enum { ROOM = GANTRY_DATE_ROOM + 9 + 10 };
    char *to = gantry_array(char, ROOM);
    gantry_text text = {to, GANTRY_DATE_ROOM + 9};
    gantry_date_write(date, to);
    int parts[] = {(int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60)};
    for (int at = 0; at < 3; at++) {
        char *part = to + GANTRY_DATE_ROOM + at * 3;
        part[0] = at == 0 ? 'T' : ':';
        part[1] = (char)('0' + parts[at] / 10);
        part[2] = (char)('0' + parts[at] % 10);
    }
    if (nanoseconds > 0) to[text.length++] = '.';
    for (int32_t place = 100000000; nanoseconds > 0; place /= 10) {
        to[text.length++] = (char)('0' + nanoseconds / place);
        nanoseconds %= place;
    }
    return text;
}

gantry_defect gantry_instant_in_zone(gantry_instant instant, gantry_text zone, gantry_text *local) {
    gantry_text history, text = gantry_instant_text(instant);
    gantry_instant shown;
    if (!gantry_zone_of(zone, &history)) return unknown_zone(zone);
    if (instant.seconds < 0) return unknown_offset(text, zone);
    int64_t offset = gantry_zone_offset(history, instant.seconds);
    gantry_defect defect = found(instant.seconds + offset, instant.nanoseconds, text, &shown);
    if (!gantry_is_fine(defect)) return defect;
    text = local_text(shown.seconds, shown.nanoseconds);
    int minutes = (int)(offset < 0 ? -offset : offset) / 60;
    *local = gantry_format("%.*s%c%d%d:%d%d", GANTRY_ARG(text), offset < 0 ? '-' : '+', minutes / 600, minutes / 60 % 10,
                           minutes % 60 / 10, minutes % 10);
    return gantry_fine();
}

gantry_text gantry_instant_text(gantry_instant instant) {
    gantry_text text = local_text(instant.seconds, instant.nanoseconds);
    return gantry_format("%.*sZ", GANTRY_ARG(text));
}

int gantry_instant_compare(gantry_instant a, gantry_instant b) {
    if (a.seconds != b.seconds) return a.seconds < b.seconds ? -1 : 1;
    return (a.nanoseconds > b.nanoseconds) - (a.nanoseconds < b.nanoseconds);
}

bool gantry_disambiguation_of(gantry_text name, gantry_disambiguation *how) {
    static const char *const names[] = {"reject", "compatible", "earlier", "later"};
    for (int at = 0; at < 4; at++) {
        if (!gantry_is(name, names[at])) continue;
        *how = (gantry_disambiguation)at;
        return true;
    }
    return false;
}
