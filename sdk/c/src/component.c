/// The component's side of the contract: the batch loop, and moves between the bindings' types and the SDK's.
///
/// Lists of pairs and of violations lie in memory as the bindings have them, so that only their head is moved.
#ifdef __wasm__
#include "bindings/plugin.h"
#include "gantry/arena.h"
#include "gantry/plugin.h"
#include "host.h"

_Static_assert(sizeof(gantry_pair) == sizeof(plugin_tuple2_string_string_t), "a pair is a pair");
_Static_assert(sizeof(gantry_violation) == sizeof(gantry_plugin_types_violation_t), "a violation is a violation");
_Static_assert(sizeof(gantry_text) == sizeof(plugin_string_t), "a text is a string");

static const void *settings;
static bool is_configured;
/// The message that is being mapped: log lines name it, since a call has a whole batch.
static gantry_text current;

static gantry_text lift_text(plugin_string_t string) {
    gantry_text text = {string.len ? (const char *)string.ptr : "", string.len};
    return text;
}

static gantry_text lift_option(plugin_option_string_t option) {
    gantry_text none = {NULL, 0};
    return option.is_some ? lift_text(option.val) : none;
}

static plugin_string_t lower_text(gantry_text text) {
    plugin_string_t string = {(uint8_t *)text.ptr, text.length};
    return string;
}

static plugin_option_string_t lower_option(gantry_text text) {
    plugin_option_string_t option = {text.ptr != NULL, lower_text(text)};
    return option;
}

#define LIFT_PAIRS(list) ((gantry_pairs){(const gantry_pair *)(list).ptr, (list).len})
#define LOWER_PAIRS(pairs) {(plugin_tuple2_string_string_t *)(pairs).items, (pairs).count}

static gantry_message lift(const gantry_plugin_types_message_t *message) {
    bool is_bytes = message->payload.tag == GANTRY_PLUGIN_TYPES_PAYLOAD_BYTES;
    gantry_text bytes = {(const char *)message->payload.val.bytes.ptr, message->payload.val.bytes.len};
    gantry_message lifted = {
        .id = lift_text(message->id),
        .key = lift_option(message->key),
        .content_type = lift_text(message->content_type),
        .headers = LIFT_PAIRS(message->headers),
        .event_time_ms = message->event_time_ms,
        .attempt = message->attempt,
        .is_bytes = is_bytes,
        .payload = is_bytes ? bytes : lift_text(message->payload.val.text),
        .extensions = LIFT_PAIRS(message->extensions),
    };
    return lifted;
}

static gantry_plugin_types_output_t lower_output(const gantry_output *output) {
    gantry_plugin_types_output_t lowered = {
        .route = lower_option(output->route),
        .key = lower_option(output->key),
        .idempotency_key = lower_option(output->idempotency_key),
        .content_type = lower_text(output->content_type),
        .headers = LOWER_PAIRS(output->headers),
        .payload = {.tag = output->is_bytes ? GANTRY_PLUGIN_TYPES_PAYLOAD_BYTES : GANTRY_PLUGIN_TYPES_PAYLOAD_TEXT,
                    .val.text = lower_text(output->payload)},
        .extensions = LOWER_PAIRS(output->extensions),
    };
    return lowered;
}

static gantry_plugin_types_list_output_t lower_outputs(const gantry_outcome *outcome) {
    gantry_plugin_types_output_t *outputs = gantry_array(gantry_plugin_types_output_t, outcome->count);
    for (size_t at = 0; at < outcome->count; at++) outputs[at] = lower_output(&outcome->outputs[at]);
    gantry_plugin_types_list_output_t list = {outputs, outcome->count};
    return list;
}

static gantry_plugin_types_fault_t lower_fault(const gantry_fault *fault) {
    gantry_plugin_types_fault_t lowered = {
        .code = lower_text(fault->code), .text = lower_text(fault->text), .details = LOWER_PAIRS(fault->details)};
    return lowered;
}

static void lower(const gantry_outcome *outcome, gantry_plugin_types_outcome_t *lowered) {
    switch (outcome->kind) {
    case GANTRY_EMIT:
        lowered->tag = GANTRY_PLUGIN_TYPES_OUTCOME_EMIT;
        lowered->val.emit = lower_outputs(outcome);
        break;
    case GANTRY_INVALID:
        lowered->tag = GANTRY_PLUGIN_TYPES_OUTCOME_INVALID;
        lowered->val.invalid.ptr = (gantry_plugin_types_violation_t *)outcome->violations;
        lowered->val.invalid.len = outcome->count;
        break;
    case GANTRY_RETRY:
        lowered->tag = GANTRY_PLUGIN_TYPES_OUTCOME_RETRY;
        lowered->val.retry.fault = lower_fault(&outcome->fault);
        lowered->val.retry.after_ms.is_some = outcome->has_wait;
        lowered->val.retry.after_ms.val = outcome->wait_ms;
        break;
    default:
        lowered->tag =
            outcome->kind == GANTRY_SKIP ? GANTRY_PLUGIN_TYPES_OUTCOME_SKIP : GANTRY_PLUGIN_TYPES_OUTCOME_REJECT;
        lowered->val.reject = lower_fault(&outcome->fault);
    }
}

bool exports_gantry_plugin_transform_configure(plugin_string_t *json,
                                               exports_gantry_plugin_transform_list_violation_t *refused) {
    gantry_outcome refusal;
    if (is_configured) {
        refusal = gantry_invalid("", "already-configured", "this instance is configured already");
    } else if (gantry_plugin_configure(&gantry_the_plugin, lift_text(*json), &settings, &refusal)) {
        is_configured = true;
        gantry_arena_keep();
        return true;
    }
    refused->ptr = (gantry_plugin_types_violation_t *)refusal.violations;
    refused->len = refusal.count;
    return false;
}

void exports_gantry_plugin_transform_process(exports_gantry_plugin_transform_list_message_t *batch,
                                             exports_gantry_plugin_transform_list_outcome_t *answer) {
    answer->len = batch->len;
    answer->ptr = gantry_array(gantry_plugin_types_outcome_t, batch->len);
    for (size_t at = 0; at < batch->len; at++) {
        gantry_message message = lift(&batch->ptr[at]);
        current = message.id;
        gantry_outcome outcome = is_configured ? gantry_the_plugin.map(&message, settings)
                                               : gantry_retry("not-configured", "process before configure");
        lower(&outcome, &answer->ptr[at]);
    }
    current = (gantry_text){NULL, 0};
}

/// In place of the bindings' own: what the host hands over lies in the arena too.
__attribute__((__export_name__("cabi_realloc"))) void *cabi_realloc(void *block, size_t old_size, size_t alignment,
                                                                    size_t size) {
    return size == 0 ? (void *)alignment : gantry_grow(old_size ? block : NULL, old_size, size, alignment);
}

/// In place of the bindings' own: the host has read the outcomes, so everything of this batch goes at once.
__attribute__((__export_name__("cabi_post_gantry:plugin/transform@0.1.0#process"))) void
__wasm_export_exports_gantry_plugin_transform_process_post_return(uint8_t *answer) {
    (void)answer;
    gantry_arena_reset();
}

enum gantry_lookup_trouble gantry_host_lookup(gantry_text table, const gantry_text *keys, size_t count,
                                              const gantry_text **rows, size_t *row_count, gantry_text *other) {
    plugin_string_t name = lower_text(table);
    plugin_list_string_t list = {(plugin_string_t *)keys, count};
    plugin_list_option_string_t found;
    gantry_plugin_lookup_error_t error;
    if (gantry_plugin_lookup_get(&name, &list, &found, &error)) {
        gantry_text *lifted = gantry_array(gantry_text, found.len);
        for (size_t at = 0; at < found.len; at++) lifted[at] = lift_option(found.ptr[at]);
        *rows = lifted;
        *row_count = found.len;
        return GANTRY_NO_TROUBLE;
    }
    if (error.tag == GANTRY_PLUGIN_LOOKUP_ERROR_UNKNOWN_TABLE) return GANTRY_UNKNOWN_TABLE;
    if (error.tag == GANTRY_PLUGIN_LOOKUP_ERROR_UNAVAILABLE) return GANTRY_TABLE_UNAVAILABLE;
    *other = lift_text(error.val.other);
    return GANTRY_OTHER_TROUBLE;
}

void gantry_host_log(gantry_level level, gantry_text text, gantry_pairs fields) {
    plugin_string_t line = lower_text(text);
    gantry_pair *all = gantry_array(gantry_pair, fields.count + 1);
    for (size_t at = 0; at < fields.count; at++) all[at] = fields.items[at];
    size_t count = fields.count;
    if (current.ptr) all[count++] = (gantry_pair){gantry_lit("gantry.message"), current};
    gantry_pairs named = {all, count};
    plugin_list_tuple2_string_string_t pairs = LOWER_PAIRS(named);
    gantry_plugin_log_write((gantry_plugin_log_level_t)level, &line, &pairs);
}

uint64_t gantry_host_now_ms(void) { return gantry_plugin_clock_now_ms(); }
#endif
