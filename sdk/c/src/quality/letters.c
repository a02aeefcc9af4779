/// Looking up letters in the tables of Unicode.
#include "letters.h"

#include <stddef.h>

struct upper_run {
    uint32_t first, last;
    int32_t step, distance;
};

#include "letters.inc"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static bool is_ascii_alphanumeric(uint32_t c) { return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z'); }

bool gantry_is_alphanumeric(uint32_t character) {
    if (character < 0x80) return is_ascii_alphanumeric(character);
    bool is_small = character < 0x10000;
    size_t low = 0, high = is_small ? LENGTH(small_letters) : LENGTH(large_letters);
    while (low < high) {
        size_t middle = (low + high) / 2;
        uint32_t first = is_small ? small_letters[middle][0] : large_letters[middle][0];
        uint32_t last = is_small ? small_letters[middle][1] : large_letters[middle][1];
        if (character >= first && character <= last) return true;
        if (character < first) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return false;
}

uint32_t gantry_lower(uint32_t character) {
    if (character < 0x80) return character >= 'A' && character <= 'Z' ? character + 32 : character;
    for (size_t at = 0; at < LENGTH(uppers) && uppers[at].first <= character; at++) {
        if (character > uppers[at].last || (character - uppers[at].first) % (uint32_t)uppers[at].step != 0) continue;
        return (uint32_t)((int32_t)character + uppers[at].distance);
    }
    return character;
}

uint32_t gantry_take_character(gantry_text *text) {
    const unsigned char *at = (const unsigned char *)text->ptr;
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    uint32_t character = size == 1 ? at[0] : at[0] & (0xFFu >> (size + 1));
    if (size > text->length) size = text->length;
    for (size_t more = 1; more < size; more++) character = character << 6 | (at[more] & 0x3F);
    *text = gantry_behind(*text, size);
    return character;
}

char *gantry_put_character(char *to, uint32_t character) {
    if (character < 0x80) {
        *to++ = (char)character;
        return to;
    }
    if (character < 0x800) {
        *to++ = (char)(0xC0 | character >> 6);
    } else {
        if (character < 0x10000) {
            *to++ = (char)(0xE0 | character >> 12);
        } else {
            *to++ = (char)(0xF0 | character >> 18);
            *to++ = (char)(0x80 | (character >> 12 & 0x3F));
        }
        *to++ = (char)(0x80 | (character >> 6 & 0x3F));
    }
    *to++ = (char)(0x80 | (character & 0x3F));
    return to;
}
