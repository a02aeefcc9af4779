/// Folding names.
#include "gantry/fold.h"

#include "gantry/arena.h"
#include "letters.h"

/// Accented letters in lower case, and what each becomes.
static const struct {
    const char *letters, *plain;
} accents[] = {
    {"àáâãäåāăą", "a"}, {"çćčċĉ", "c"}, {"ďđð", "d"},  {"èéêëēėęě", "e"}, {"ğģġĝ", "g"},     {"ħĥ", "h"},
    {"ìíîïīįı", "i"},   {"ķ", "k"},     {"łľļĺ", "l"}, {"ñńňņ", "n"},     {"òóôõöøōő", "o"}, {"řŕ", "r"},
    {"śšşș", "s"},      {"ς", "σ"},      {"ß", "ss"},    {"ťţț", "t"},  {"ùúûüūůűų", "u"}, {"ýÿ", "y"},       {"źžż", "z"},
    {"æ", "ae"},        {"œ", "oe"},    {"þ", "th"},
};

static const char *without_accent(uint32_t letter) {
    if (letter > 0x3C2) return NULL;
    for (size_t at = 0; at < sizeof accents / sizeof *accents; at++) {
        for (gantry_text rest = gantry_lit(accents[at].letters); rest.length > 0;) {
            if (gantry_take_character(&rest) == letter) return accents[at].plain;
        }
    }
    return NULL;
}

static char *put_beyond_ascii(char *to, uint32_t character) {
    uint32_t letter = gantry_lower(character);
    if (!gantry_is_alphanumeric(letter)) return to;
    const char *plain = without_accent(letter);
    if (!plain) return gantry_put_character(to, letter);
    while (*plain) *to++ = *plain++;
    return to;
}

gantry_text gantry_fold(gantry_text text) {
    // A letter's lower case takes at most a byte more than the letter, three instead of two.
    size_t room = text.length * 2;
    char *folded = gantry_array(char, room), *to = folded;
    for (gantry_text rest = text; rest.length > 0;) {
        uint32_t character = gantry_take_character(&rest);
        if (character >= 0x80) {
            to = put_beyond_ascii(to, character);
        } else if (gantry_is_alphanumeric(character)) {
            *to++ = (char)gantry_lower(character);
        }
    }
    gantry_shrink(folded, room, (size_t)(to - folded));
    gantry_text result = {folded, (size_t)(to - folded)};
    return result;
}
