/// The time of day behind a date.
#include "date_parts.h"

static bool is_below(gantry_text time, size_t from, int limit) {
    int number = gantry_date_digits(time, from, 2);
    return number >= 0 && number < limit;
}

static bool is_offset(gantry_text offset) {
    if (offset.length != 2 && offset.length != 4 && offset.length != 5) return false;
    for (size_t at = 0; at < offset.length; at++) {
        char c = offset.ptr[at];
        if ((c < '0' || c > '9') && c != ':') return false;
    }
    return true;
}

static bool is_zone(gantry_text zone) {
    while (zone.length > 1 && zone.ptr[0] == ' ') zone = gantry_behind(zone, 1);
    if (zone.length == 0) return true;
    if (zone.ptr[0] == '+' || zone.ptr[0] == '-') return is_offset(gantry_behind(zone, 1));
    return gantry_is(zone, "Z") || gantry_is(zone, "z") || gantry_is(zone, "UTC") || gantry_is(zone, "GMT");
}

/// Where `.123` behind the seconds ends; 0 where nothing follows the point.
static size_t fraction_end(gantry_text time) {
    size_t end = 8;
    if (time.length <= end || (time.ptr[end] != '.' && time.ptr[end] != ',')) return end;
    size_t first = ++end;
    while (end < time.length && time.ptr[end] >= '0' && time.ptr[end] <= '9') end++;
    return end > first ? end : 0;
}

bool gantry_is_time(gantry_text text) {
    if (text.length == 0 || (text.ptr[0] != 'T' && text.ptr[0] != 't' && text.ptr[0] != ' ')) return false;
    gantry_text time = gantry_behind(text, 1);
    if (!is_below(time, 0, 24) || !is_below(time, 3, 60) || time.ptr[2] != ':') return false;
    size_t end = 5;
    if (time.length > end && time.ptr[end] == ':') {
        end = is_below(time, 6, 61) ? fraction_end(time) : 0;
    }
    return end > 0 && is_zone(gantry_behind(time, end));
}
