/// Texts: comparing, trimming, checking their encoding, and putting them together.
#include "gantry/text.h"

#include <stdint.h>

#include "gantry/arena.h"

int gantry_compare(gantry_text a, gantry_text b) {
    size_t shared = a.length < b.length ? a.length : b.length;
    int order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

bool gantry_starts_with(gantry_text text, const char *beginning) {
    size_t length = strlen(beginning);
    return text.length >= length && memcmp(text.ptr, beginning, length) == 0;
}

/// How many bytes the blank at the beginning has; 0 where none begins.
static size_t blank_at(const unsigned char *at, size_t left) {
    if (at[0] == ' ' || (at[0] >= '\t' && at[0] <= '\r')) return 1;
    if (left >= 2 && at[0] == 0xC2) return at[1] == 0x85 || at[1] == 0xA0 ? 2 : 0;
    if (left < 3) return 0;
    if (at[0] == 0xE1) return at[1] == 0x9A && at[2] == 0x80 ? 3 : 0;
    if (at[0] == 0xE3) return at[1] == 0x80 && at[2] == 0x80 ? 3 : 0;
    if (at[0] != 0xE2) return 0;
    bool narrow = at[1] == 0x80 && (at[2] <= 0x8A || at[2] == 0xA8 || at[2] == 0xA9 || at[2] == 0xAF);
    return narrow || (at[1] == 0x81 && at[2] == 0x9F) ? 3 : 0;
}

gantry_text gantry_trim(gantry_text text) {
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    size_t from = 0, to = text.length, blank;
    while (from < to && (blank = blank_at(bytes + from, to - from)) > 0) from += blank;
    while (to > from) {
        if (blank_at(bytes + to - 1, 1)) {
            to -= 1;
        } else if (to - from >= 2 && blank_at(bytes + to - 2, 2) == 2) {
            to -= 2;
        } else if (to - from >= 3 && blank_at(bytes + to - 3, 3) == 3) {
            to -= 3;
        } else {
            break;
        }
    }
    gantry_text trimmed = {text.ptr + from, to - from};
    return text.ptr ? trimmed : text;
}

bool gantry_is_utf8(gantry_text text) {
    const unsigned char *at = (const unsigned char *)text.ptr, *end = at + text.length;
    while (at < end) {
        unsigned char lead = *at++;
        if (lead < 0x80) continue;
        int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        if (lead < 0xC2 || lead > 0xF4 || end - at < more) return false;
        bool overlong = (lead == 0xE0 && *at < 0xA0) || (lead == 0xF0 && *at < 0x90);
        bool outside = (lead == 0xED && *at > 0x9F) || (lead == 0xF4 && *at > 0x8F);
        if (overlong || outside) return false;
        for (; more > 0; more--, at++) {
            if ((*at & 0xC0) != 0x80) return false;
        }
    }
    return true;
}

const char *gantry_c_string(gantry_text text) {
    char *copy = gantry_array(char, text.length + 1);
    if (text.length) memcpy(copy, text.ptr, text.length);
    copy[text.length] = '\0';
    return copy;
}
