/// Keys by which a target recognises a repetition, from any texts.
///
/// The rule is the same in the SDK of every language, so that a plugin ported to another one keeps its keys;
/// `tests/conformance/idempotency-keys.json` holds them all to it.
#pragma once

#include "gantry/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/// An idempotency key of these parts, in the arena: say what kind of thing it is, which one, and which change of it.
///
/// The same parts make the same key, other parts another one. Without what changes (a version, the time of the change)
/// the second change of a customer would carry the key of the first, and a target that honours keys would drop it: if
/// the data has no such part, leave the key to the host.
///
/// Letters, digits and `. _ - + @ :` stay; other bytes of UTF-8 become `%` and two digits; an empty part becomes `~`;
/// `/` joins the parts. Of more than 255 bytes the first 64 stay, followed by `~` and the SHA-256 of them all. No parts
/// at all are a bug: such a key would be that of every message.
gantry_text gantry_idempotency_key(const gantry_text *parts, size_t count);

#ifndef __cplusplus
/// The same of parts written down: `GANTRY_IDEMPOTENCY_KEY(gantry_lit("customer"), id, changed_at)` is
/// `customer/C-17/2026-11-30T09:15:00Z`.
#define GANTRY_IDEMPOTENCY_KEY(...)                                                                                    \
    gantry_idempotency_key((const gantry_text[]){__VA_ARGS__},                                                         \
                           sizeof((const gantry_text[]){__VA_ARGS__}) / sizeof(gantry_text))
#endif

#ifdef __cplusplus
}
#endif
