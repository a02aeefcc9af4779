/// Idempotency keys from any texts.
#include "gantry/idempotency.h"

#include "gantry/arena.h"
#include "gantry/panic.h"
#include "sha256.h"

/// Longest key that the contract allows, and how much of a longer one stays readable.
enum { LONGEST = 255, KEPT = 64 };

static bool stays(unsigned char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           (byte && strchr("._-+@:", byte));
}

static char *put(char *to, gantry_text part) {
    static const char digits[] = "0123456789ABCDEF";
    if (!part.length) *to++ = '~';
    for (size_t at = 0; at < part.length; at++) {
        unsigned char byte = (unsigned char)part.ptr[at];
        if (stays(byte)) {
            *to++ = (char)byte;
        } else {
            *to++ = '%';
            *to++ = digits[byte >> 4];
            *to++ = digits[byte & 15];
        }
    }
    return to;
}

static size_t room(const gantry_text *parts, size_t count) {
    size_t room = 0;
    for (size_t at = 0; at < count; at++) room += parts[at].length * 3 + 2;
    return room;
}

gantry_text gantry_idempotency_key(const gantry_text *parts, size_t count) {
    if (!count) gantry_panic("an idempotency key needs at least one part");
    char *key = gantry_array(char, room(parts, count) + KEPT + 1 + SHA256_DIGITS), *end = key;
    for (size_t at = 0; at < count; at++) {
        if (at) *end++ = '/';
        end = put(end, parts[at]);
    }
    gantry_text whole = {key, (size_t)(end - key)};
    if (whole.length <= LONGEST) return whole;
    char digest[SHA256_DIGITS];
    sha256_hex(whole, digest);
    key[KEPT] = '~';
    memcpy(key + KEPT + 1, digest, sizeof digest);
    return gantry_first(whole, KEPT + 1 + SHA256_DIGITS);
}
