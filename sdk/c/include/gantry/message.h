/// The message as the plugin sees it. All of it is gone once the batch is answered.
#pragma once

#include <stdint.h>

#include "gantry/json.h"
#include "gantry/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/// One unit of data, as the host hands it to the plugin.
typedef struct gantry_message {
    gantry_text id;           ///< Stable across retries, replays and restarts.
    gantry_text key;          ///< Messages with the same key are handled in order; NULL: it has none.
    gantry_text content_type; ///< Media type of the payload.
    gantry_pairs headers;     ///< What the source sent along; names in lower case, and one may repeat.
    uint64_t event_time_ms;   ///< Since the Unix epoch, as the source states it, else the time of arrival.
    uint32_t attempt;         ///< 1 on the first run.
    bool is_bytes;            ///< The payload is no text, or not said to be one.
    gantry_text payload;      ///< UTF-8 unless `is_bytes`.
    gantry_pairs extensions;  ///< What later versions of the contract add; ignore names that mean nothing to you.
} gantry_message;

struct gantry_outcome;

/// The first header of this name, without regard to case; NULL where there is none.
gantry_text gantry_header(const gantry_message *message, const char *name);

/// Reads the payload as JSON. False where it isn't: then `*refusal` is what to answer.
/// `if (!gantry_read(message, &order, &refusal)) return refusal;`
bool gantry_read(const gantry_message *message, gantry_json *value, struct gantry_outcome *refusal);

/// The same, and the JSON must be an object.
bool gantry_read_object(const gantry_message *message, gantry_json *object, struct gantry_outcome *refusal);

#ifdef __cplusplus
}
#endif
