/// What becomes of one message: sent on, or refused with a reason.
///
/// Codes are stable and countable, lower case words joined by hyphens: operators count and group by them. Texts are for
/// people, and made as `gantry_format` makes them.
#pragma once

#include <stdint.h>

#include "gantry/message.h"
#include "gantry/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/// One broken rule. `path` is a JSON Pointer (RFC 6901) into the input; empty for the whole of it.
typedef struct gantry_violation {
    gantry_text path;
    gantry_text code;
    gantry_text text;
} gantry_violation;

/// A reason, with names and values beside it.
typedef struct gantry_fault {
    gantry_text code;
    gantry_text text;
    gantry_pairs details;
} gantry_fault;

/// One message to send on. Texts that are NULL are left to the host.
typedef struct gantry_output {
    gantry_text route;           ///< A target of the flow; none: its default target.
    gantry_text key;             ///< Outputs with the same key are delivered in order; none: the message's key.
    gantry_text idempotency_key; ///< What the target recognises a repetition by: from the business object and its version,
                                 ///< never from chance; see `gantry_idempotency_key`. None: from the message's id and the
                                 ///< output's position.
    gantry_text content_type;
    gantry_pairs headers; ///< Sent along to the target; see `gantry_add_header`.
    gantry_text payload;
    bool is_bytes; ///< The payload is no text.
    gantry_pairs extensions;
} gantry_output;

typedef enum gantry_outcome_kind {
    GANTRY_EMIT,    ///< Sent on.
    GANTRY_SKIP,    ///< Deliberately not passed on; counted, never a dead letter.
    GANTRY_INVALID, ///< The data breaks rules: dead letter at once.
    GANTRY_RETRY,   ///< The same message again, later.
    GANTRY_REJECT,  ///< It can never be processed: dead letter at once.
} gantry_outcome_kind;

typedef struct gantry_outcome {
    gantry_outcome_kind kind;
    const gantry_output *outputs;       ///< Of emit, `count` of them.
    const gantry_violation *violations; ///< Of invalid, `count` of them.
    size_t count;
    gantry_fault fault; ///< Of skip, retry and reject.
    bool has_wait;      ///< Of retry; without one the flow's retry policy decides.
    uint64_t wait_ms;
} gantry_outcome;

/// A JSON text, sent as `application/json`.
gantry_output gantry_output_json(gantry_text json);

/// A text of any other kind.
gantry_output gantry_output_text(const char *content_type, gantry_text text);

/// A payload that is no text.
gantry_output gantry_output_bytes(const char *content_type, gantry_text bytes);

/// The message as it came: payload, content type and headers.
gantry_output gantry_output_unchanged(const gantry_message *message);

/// One more header for the target; the name is put in lower case.
void gantry_add_header(gantry_output *output, gantry_text name, gantry_text value);

/// Sends one message on.
gantry_outcome gantry_emit(gantry_output output);

/// Sends several on, which must be in the arena: `gantry_array(gantry_output, count)`. None at all counts as a skip.
gantry_outcome gantry_emit_all(const gantry_output *outputs, size_t count);

/// Leaves the message out, on purpose.
gantry_outcome gantry_skip(const char *code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// One broken rule at this JSON Pointer. To collect several, see `check.h`.
gantry_outcome gantry_invalid(const char *path, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/// All of these broken rules, which must be in the arena. With a `GANTRY_BUG` among them the plugin is at fault, and not
/// the data.
gantry_outcome gantry_invalid_all(const gantry_violation *violations, size_t count);

/// Asks for the same message again, when the flow's retry policy says so or `gantry_after` a while.
gantry_outcome gantry_retry(const char *code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// Gives the message up.
gantry_outcome gantry_reject(const char *code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// The retry, not before this many milliseconds have passed.
gantry_outcome gantry_after(gantry_outcome retry, uint64_t wait_ms);

/// The skip, retry or reject with one more detail.
gantry_outcome gantry_with_detail(gantry_outcome outcome, gantry_text name, gantry_text value);

#ifdef __cplusplus
}
#endif
