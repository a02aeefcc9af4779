/// Finding the phone number in a text: each character becomes a mark, then ASCII is searched.
#include "phone_text.h"

#include <stdint.h>

#include "gantry/arena.h"
#include "letters.h"

#include "digits.inc"

enum { LONGEST = 250 };

/// What a number may have beside ASCII's digits and letters, each kind behind its mark; capitals stand for the letters
/// beyond ASCII that call an extension one.
static const char *const kinds[] = {
    "++＋", "--‐‑‒–—―−ー－", "//／", "..．", "  \u00a0", "~~～",  "##＃",  "(()（）[]［］⁓∼\u00ad\u200b\u2060\u3000",
    "DдД",  "OоО",           "BбБ",  "AóÓ",  "EｅＥ",    "XｘＸ", "TｔＴ", "NｎＮ",
    "IｉＩ", "**",           ",,",   ";;",   "::",       "==",    "\t\t",  "\\\\",
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

static bool is_among(char c, const char *characters) { return c != '\0' && strchr(characters, c); }

gantry_text gantry_without_end(gantry_text text, const char *characters) {
    while (text.length > 0 && is_among(text.ptr[text.length - 1], characters)) text.length--;
    return text;
}

static char mark_of(uint32_t character) {
    if (character < 0x80 && gantry_is_alphanumeric(character)) return (char)gantry_lower(character);
    for (size_t at = 0; at < sizeof kinds / sizeof *kinds; at++) {
        for (gantry_text kind = gantry_lit(kinds[at] + 1); kind.length > 0;) {
            if (gantry_take_character(&kind) == character) return kinds[at][0];
        }
    }
    for (size_t at = 0; at < sizeof zeros / sizeof *zeros; at++) {
        if (character >= zeros[at] && character < zeros[at] + 10) return (char)('0' + (character - zeros[at]));
    }
    return gantry_is_alphanumeric(character) ? '?' : '!';
}

/// Where the needle begins; the text's length where it isn't in it.
static size_t place_of(gantry_text text, const char *needle) {
    for (size_t at = 0; at < text.length; at++) {
        if (gantry_starts_with(gantry_behind(text, at), needle)) return at;
    }
    return text.length;
}

/// Where a second number begins, `… x302/x2303`, or the text ends. It is called so with a small letter only.
static size_t second_number(gantry_text written) {
    for (size_t at = 0; at < written.length; at++) {
        size_t next = at + 1;
        while (next < written.length && written.ptr[next] == ' ') next++;
        bool is_mark = written.ptr[at] == '/' || written.ptr[at] == '\\';
        if (is_mark && next < written.length && written.ptr[next] == 'x') return at;
    }
    return written.length;
}

static bool is_domain_name(gantry_text text) {
    if (text.length > 0 && text.ptr[text.length - 1] == '.') text.length--;
    bool begins = true, begins_with_letter = false;
    for (size_t at = 0; at < text.length; at++) {
        char c = text.ptr[at];
        bool is_alphanumeric = is_letter(c) || is_digit(c);
        if (!is_alphanumeric && c != '-' && c != '.') return false;
        if (begins || (c == '.' && text.ptr[at - 1] == '-')) {
            if (!is_alphanumeric) return false;
            begins_with_letter = is_letter(c);
        }
        begins = c == '.';
    }
    return !begins && text.ptr[text.length - 1] != '-' && begins_with_letter;
}

static bool is_global_context(gantry_text context) {
    size_t digits = 0;
    for (size_t at = 1; at < context.length; at++) {
        if (is_digit(context.ptr[at])) {
            digits++;
        } else if (!is_among(context.ptr[at], "-.(")) {
            return false;
        }
    }
    return context.length > 0 && context.ptr[0] == '+' && digits > 0;
}

/// The number of a link in its context, which stands behind `front`.
static bool in_context(gantry_text text, size_t front, gantry_text *number) {
    gantry_text context = gantry_behind(text, front + strlen(";phone-context="));
    context = gantry_first(context, place_of(context, ";"));
    *number = gantry_first(text, front);
    size_t scheme = place_of(*number, "tel:");
    if (scheme < number->length) *number = gantry_behind(*number, scheme + 4);
    if (!is_global_context(context)) return is_domain_name(context);
    *number = gantry_format("%.*s%.*s", GANTRY_ARG(context), GANTRY_ARG(*number));
    return true;
}

/// From the first digit or plus to the last letter or digit; of a link, its number in its context. What was written has a byte
/// for each character, as the text of marks.
static bool locate(gantry_text text, const char *written, gantry_text *number) {
    size_t front = place_of(text, ";phone-context="), start = 0;
    if (front < text.length) {
        if (!in_context(text, front, number)) return false;
    } else {
        while (start < text.length && text.ptr[start] != '+' && !is_digit(text.ptr[start])) start++;
        if (start == text.length) return false;
        *number = gantry_without_end(gantry_behind(text, start), "+-/. ~(*,;:=\t\\!");
        gantry_text same = {written + start, number->length};
        *number = gantry_first(*number, second_number(same));
    }
    size_t address = place_of(*number, ";isub=");
    if (address > 0) *number = gantry_first(*number, address);
    return true;
}

/// Two digits, or three and more with marks among them and letters behind.
static bool is_plain(gantry_text number) {
    size_t digits = 0, at = 0;
    while (at < number.length && number.ptr[at] == '+') at++;
    for (; at < number.length; at++) {
        char c = number.ptr[at];
        if (is_digit(c)) {
            digits++;
        } else if (!is_among(c, "-x (./~*") && !(digits >= 3 && is_letter(c))) {
            return false;
        }
    }
    return digits >= 3 || (digits == 2 && number.length == 2);
}

static bool is_viable(gantry_text number) {
    size_t extension;
    if (is_plain(number)) return true;
    return gantry_extension_start(number, &extension) && is_plain(gantry_first(number, extension));
}

bool gantry_phone_in(gantry_text text, gantry_text *number) {
    char *marks = gantry_array(char, LONGEST), *written = gantry_array(char, LONGEST);
    gantry_text marked = {marks, 0};
    for (; text.length > 0; marked.length++) {
        if (marked.length == LONGEST) return false;
        uint32_t character = gantry_take_character(&text);
        written[marked.length] = character < 0x80 ? (char)character : '!';
        marks[marked.length] = mark_of(character);
    }
    size_t extension;
    if (!locate(marked, written, number) || !is_viable(*number)) return false;
    if (gantry_extension_start(*number, &extension) && is_viable(gantry_first(*number, extension))) {
        *number = gantry_first(*number, extension);
    }
    return true;
}

gantry_text gantry_phone_digits(gantry_text number) {
    static const char keys[] = "22233344455566677778889999";
    char *digits = gantry_array(char, number.length);
    gantry_text dialled = {digits, 0};
    size_t letters = 0;
    for (size_t at = 0; at < number.length; at++) letters += is_letter(number.ptr[at]);
    for (size_t at = 0; at < number.length; at++) {
        char c = number.ptr[at];
        if (is_letter(c) && letters >= 3) c = keys[c - 'a'];
        if (is_digit(c)) digits[dialled.length++] = c;
    }
    return dialled;
}
