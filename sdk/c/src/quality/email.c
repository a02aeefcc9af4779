/// E-mail addresses: the grammar of RFC 5322's addr-spec as systems in use take it, with letters of all alphabets.
#include "gantry/arena.h"
#include "gantry/contact.h"
#include "gantry/field.h"
#include "letters.h"

enum { LONGEST_LOCAL = 64, LONGEST_DOMAIN = 254, LONGEST_LABEL = 63 };

static bool is_atom_character(uint32_t c) {
    if (c < 0x80 && c > 0 && strchr("!#$%&'*+-/=?^_`{|}~", (int)c)) return true;
    return gantry_is_alphanumeric(c);
}

static bool is_atom(gantry_text text) {
    if (text.length == 0) return false;
    while (text.length > 0) {
        if (!is_atom_character(gantry_take_character(&text))) return false;
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

/// Within quotes: printable characters, blanks, and pairs of a backslash and a character.
static bool is_quoted(gantry_text text) {
    for (size_t at = 0; at < text.length; at++) {
        if (text.ptr[at] == '\\' && ++at == text.length) return false;
        char c = text.ptr[at];
        bool is_escaped = at > 0 && text.ptr[at - 1] == '\\';
        if (c == '\x7F' || (c >= 0 && c < ' ' && c != '\t') || (c == '"' && !is_escaped)) return false;
    }
    return text.length > 0;
}

static bool is_local(gantry_text text) {
    if (text.length == 0 || text.length > LONGEST_LOCAL) return false;
    if (text.length > 2 && text.ptr[0] == '"' && text.ptr[text.length - 1] == '"') {
        return is_quoted(gantry_first(gantry_behind(text, 1), text.length - 2));
    }
    for (bool is_last = false; !is_last;) {
        if (!is_atom(take_part(&text, &is_last))) return false;
    }
    return true;
}

/// A label begins and ends with a letter or a digit.
static bool is_label(gantry_text label) {
    if (!is_atom(label) || label.length > LONGEST_LABEL) return false;
    gantry_text rest = label;
    if (!gantry_is_alphanumeric(gantry_take_character(&rest))) return false;
    size_t last = label.length - 1;
    while ((label.ptr[last] & 0xC0) == 0x80) last--;
    rest = gantry_behind(label, last);
    return gantry_is_alphanumeric(gantry_take_character(&rest));
}

static bool is_domain(gantry_text text) {
    size_t labels = 0;
    if (text.length > LONGEST_DOMAIN) return false;
    for (bool is_last = false; !is_last; labels++) {
        if (!is_label(take_part(&text, &is_last))) return false;
    }
    return labels >= 2;
}

/// Without `mailto:`, and without a name before angle brackets.
static gantry_text bare(gantry_text text) {
    text = gantry_trim(text);
    if (gantry_starts_with(text, "mailto:")) text = gantry_behind(text, 7);
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
        if (!is_local(gantry_first(given, at)) || !is_domain(gantry_behind(given, at + 1))) break;
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
