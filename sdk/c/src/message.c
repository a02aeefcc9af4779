/// Reading the message.
#include "gantry/message.h"

#include "gantry/check.h"
#include "gantry/field.h"

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool is_same_name(gantry_text a, const char *b) {
    size_t at = 0;
    for (; at < a.length && b[at]; at++) {
        if (lower(a.ptr[at]) != lower(b[at])) return false;
    }
    return at == a.length && !b[at];
}

gantry_text gantry_header(const gantry_message *message, const char *name) {
    gantry_text none = {NULL, 0};
    for (size_t at = 0; at < message->headers.count; at++) {
        if (is_same_name(message->headers.items[at].name, name)) return message->headers.items[at].value;
    }
    return none;
}

static bool is_fine(gantry_defect defect, gantry_outcome *refusal) {
    gantry_checker check = {0};
    if (gantry_check(&check, NULL, defect)) return true;
    *refusal = gantry_refuse(&check);
    return false;
}

bool gantry_read(const gantry_message *message, gantry_json *value, gantry_outcome *refusal) {
    if (message->is_bytes && !gantry_is_utf8(message->payload)) {
        return is_fine(gantry_defect_of("not-json", "not UTF-8"), refusal);
    }
    return is_fine(gantry_json_read(message->payload, value), refusal);
}

bool gantry_read_object(const gantry_message *message, gantry_json *object, gantry_outcome *refusal) {
    return gantry_read(message, object, refusal) && is_fine(gantry_as_object(*object), refusal);
}
