/// E-mail addresses: what RFC 5321 allows, with letters of all scripts.
#include "gantry/arena.h"
#include "gantry/contact.h"
#include "gantry/field.h"
#include "letters.h"

/// In bytes.
enum { LONGEST = 254, LONGEST_LOCAL = 64, LONGEST_LABEL = 63 };

/// Blocks of Unicode without letters: blanks, punctuation, symbols, private use.
static const uint32_t no_letters[][2] = {
    {0x80, 0xA9},     {0xAB, 0xB4},     {0xB6, 0xB9},     {0xBB, 0xBF},     {0xD7, 0xD7},       {0xF7, 0xF7},
    {0x1680, 0x1680}, {0x2000, 0x2BFF}, {0x2E00, 0x2E7F}, {0x3000, 0x3004}, {0x3008, 0x3020},   {0x3030, 0x3030},
    {0xD800, 0xF8FF}, {0xFE10, 0xFE6F}, {0xFEFF, 0xFF0F}, {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40},   {0xFF5B, 0xFF65},
    {0xFFE0, 0xFFFF}, {0x1F000, 0x1FAFF}, {0xE0000, 0x10FFFF},
};

static bool is_letter(uint32_t c) {
    if (c < 0x80) return gantry_is_alphanumeric(c);
    for (size_t at = 0; at < sizeof no_letters / sizeof *no_letters; at++) {
        if (c >= no_letters[at][0] && c <= no_letters[at][1]) return false;
    }
    return true;
}

static bool is_printable(uint32_t c) { return c >= ' ' && c <= '~'; }

/// Letters, digits and these characters.
static bool is_made_of(gantry_text text, const char *others) {
    if (text.length == 0) return false;
    while (text.length > 0) {
        uint32_t c = gantry_take_character(&text);
        if (!is_letter(c) && !(is_printable(c) && strchr(others, (int)c))) return false;
    }
    return true;
}

/// What stands before the next dot; it and the dot are taken off the text.
static gantry_text take_part(gantry_text *text, bool *is_last) {
    size_t length = 0;
    while (length < text->length && text->ptr[length] != '.') length++;
    gantry_text part = gantry_first(*text, length);
    *is_last = length == text->length;
    *text = gantry_behind(*text, *is_last ? length : length + 1);
    return part;
}

/// Within quotes: printable characters, and any of them behind a backslash.
static bool is_quoted(gantry_text text) {
    if (text.length == 0) return false;
    while (text.length > 0) {
        uint32_t c = gantry_take_character(&text);
        if (c == '\\') {
            if (text.length == 0 || !is_printable(gantry_take_character(&text))) return false;
        } else if (c == '"' || !(is_printable(c) || is_letter(c))) {
            return false;
        }
    }
    return true;
}

static bool is_local(gantry_text text) {
    if (text.length > LONGEST_LOCAL) return false;
    if (text.length > 0 && text.ptr[0] == '"') {
        if (text.length < 2 || text.ptr[text.length - 1] != '"') return false;
        return is_quoted(gantry_first(gantry_behind(text, 1), text.length - 2));
    }
    for (bool is_last = false; !is_last;) {
        if (!is_made_of(take_part(&text, &is_last), "!#$%&'*+-/=?^_`{|}~")) return false;
    }
    return true;
}

static bool is_label(gantry_text label) {
    if (!is_made_of(label, "-") || label.length > LONGEST_LABEL) return false;
    return label.ptr[0] != '-' && label.ptr[label.length - 1] != '-';
}

static bool is_numeric(gantry_text label) {
    size_t at = 0;
    while (at < label.length && label.ptr[at] >= '0' && label.ptr[at] <= '9') at++;
    return at == label.length;
}

static bool is_domain(gantry_text text) {
    size_t labels = 0;
    gantry_text label = text;
    for (bool is_last = false; !is_last; labels++) {
        label = take_part(&text, &is_last);
        if (!is_label(label)) return false;
    }
    return labels >= 2 && !is_numeric(label);
}

static bool has_scheme(gantry_text text) {
    static const char scheme[] = "mailto:";
    if (text.length < sizeof scheme - 1) return false;
    for (size_t at = 0; scheme[at]; at++) {
        if (gantry_lower((unsigned char)text.ptr[at]) != (unsigned char)scheme[at]) return false;
    }
    return true;
}

/// Without `mailto:`, and without a name before angle brackets.
static gantry_text bare(gantry_text text) {
    text = gantry_trim(text);
    if (has_scheme(text)) text = gantry_behind(text, 7);
    if (text.length == 0 || text.ptr[text.length - 1] != '>') return text;
    for (size_t at = text.length - 1; at-- > 0;) {
        if (text.ptr[at] == '<') return gantry_first(gantry_behind(text, at + 1), text.length - at - 2);
    }
    return text;
}

static gantry_text lowered(gantry_text text) {
    size_t room = text.length * 2;
    char *lower = gantry_array(char, room), *to = lower;
    while (text.length > 0) to = gantry_put_character(to, gantry_lower(gantry_take_character(&text)));
    gantry_shrink(lower, room, (size_t)(to - lower));
    gantry_text result = {lower, (size_t)(to - lower)};
    return result;
}

gantry_defect gantry_email(gantry_text text, gantry_text *address) {
    gantry_text given = bare(text);
    for (size_t at = given.length; at-- > 0;) {
        if (given.ptr[at] != '@') continue;
        if (given.length > LONGEST || !is_local(gantry_first(given, at)) || !is_domain(gantry_behind(given, at + 1))) break;
        *address = lowered(given);
        return gantry_fine();
    }
    return gantry_defect_of("not-an-email", "`%.*s` is no e-mail address", GANTRY_ARG(text));
}

gantry_text gantry_email_at(gantry_checker *check, gantry_json object, const char *name) {
    gantry_text given = {NULL, 0}, address = {"", 0};
    gantry_defect defect = gantry_as_text(gantry_member(object, name), &given);
    if (gantry_is_fine(defect)) defect = gantry_email(given, &address);
    gantry_check(check, name, defect);
    return address;
}
