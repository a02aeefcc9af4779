/// Finding where the extension of a phone number begins.
#include "phone_text.h"

/// A longer label before those that it ends with.
static const char *const labels[] = {
    "extension", "xtension", "extensio", "xtensio", "extensiAn", "xtensiAn", "extensiA", "xtensiA", "extn",
    "xtn",       "ext",      "xt",       "EXTN",    "XTN",       "EXT",      "XT",       "anexo",   "DOB",
};
static const char *const short_labels[] = {"int", "INT", "x", "X", "#", "~"};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static bool ends_with(gantry_text text, const char *end) {
    size_t length = strlen(end);
    return text.length >= length && gantry_is(gantry_behind(text, text.length - length), end);
}

/// Takes the label off the end of the text; false where there is none.
static bool take_label(gantry_text *text, const char *const *from, size_t count) {
    for (size_t at = 0; at < count; at++) {
        if (!ends_with(*text, from[at])) continue;
        text->length -= strlen(from[at]);
        return true;
    }
    return false;
}

/// What is known while the beginning is searched: how long the extension is, and the first beginning so far.
struct search {
    size_t digits, start;
};

/// A beginning behind `text` and blanks; the surer the mark of the extension, the longer it may be.
static void consider(struct search *search, gantry_text text, const char *blanks, size_t most) {
    size_t start = gantry_without_end(text, blanks).length;
    if (search->digits <= most && start < search->start) search->start = start;
}

/// Commas are pauses before the extension.
static void consider_commas(struct search *search, gantry_text front, size_t from) {
    for (size_t at = from, seen = 0; at < front.length; at++) {
        if (front.ptr[at] != ',') continue;
        if (seen++ == 0) consider(search, gantry_first(front, at), " \t", 9);
        if (at + 1 < front.length && front.ptr[at + 1] == ',') {
            consider(search, gantry_first(front, at), " \t", 15);
            return;
        }
    }
}

bool gantry_extension_start(gantry_text number, size_t *start) {
    bool has_hash = ends_with(number, "#");
    gantry_text rest = gantry_first(number, number.length - has_hash);
    gantry_text front = gantry_without_end(rest, "0123456789");
    struct search search = {rest.length - front.length, number.length};
    if (search.digits == 0) return false;
    gantry_text bare = gantry_without_end(front, " \t,-"), label = bare, before;
    if (ends_with(bare, ":") || ends_with(bare, ".")) label.length--;
    if (ends_with(front, ";ext=") && !has_hash) consider(&search, gantry_first(front, front.length - 5), "", 20);
    before = label;
    if (take_label(&before, labels, LENGTH(labels))) consider(&search, before, " \t,", 20);
    before = label;
    if (take_label(&before, short_labels, LENGTH(short_labels))) consider(&search, before, " \t,", 9);
    if (has_hash && (ends_with(front, "-") || ends_with(front, " "))) consider(&search, front, "- ", 6);
    if (ends_with(label, ";")) consider(&search, gantry_first(label, label.length - 1), " \t", 15);
    consider_commas(&search, front, bare.length);
    *start = search.start;
    return search.start < number.length;
}
