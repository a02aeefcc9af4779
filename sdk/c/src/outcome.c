/// Making outcomes and outputs.
#include "gantry/outcome.h"

#include "gantry/arena.h"

static const char json_type[] = "application/json";

gantry_output gantry_output_text(const char *content_type, gantry_text text) {
    gantry_output output = {.content_type = gantry_lit(content_type), .payload = text};
    return output;
}

gantry_output gantry_output_json(gantry_text json) { return gantry_output_text(json_type, json); }

gantry_output gantry_output_bytes(const char *content_type, gantry_text bytes) {
    gantry_output output = {.content_type = gantry_lit(content_type), .payload = bytes, .is_bytes = true};
    return output;
}

gantry_output gantry_output_unchanged(const gantry_message *message) {
    gantry_output output = {
        .content_type = message->content_type,
        .headers = message->headers,
        .payload = message->payload,
        .is_bytes = message->is_bytes,
    };
    return output;
}

/// A copy with one more; pairs are few, and a list may be a view of the message's.
static gantry_pairs with_pair(gantry_pairs pairs, gantry_text name, gantry_text value) {
    gantry_pair *items = gantry_array(gantry_pair, pairs.count + 1);
    if (pairs.count) memcpy(items, pairs.items, pairs.count * sizeof *items);
    items[pairs.count].name = name;
    items[pairs.count].value = value;
    gantry_pairs more = {items, pairs.count + 1};
    return more;
}

void gantry_add_header(gantry_output *output, gantry_text name, gantry_text value) {
    char *lower = gantry_array(char, name.length);
    for (size_t at = 0; at < name.length; at++) {
        char c = name.ptr[at];
        lower[at] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    gantry_text lowered = {lower, name.length};
    output->headers = with_pair(output->headers, lowered, value);
}

gantry_outcome gantry_emit_all(const gantry_output *outputs, size_t count) {
    gantry_outcome outcome = {.kind = GANTRY_EMIT, .outputs = outputs, .count = count};
    return outcome;
}

gantry_outcome gantry_emit(gantry_output output) {
    gantry_output *outputs = gantry_array(gantry_output, 1);
    *outputs = output;
    return gantry_emit_all(outputs, 1);
}

static gantry_outcome with_fault(gantry_outcome_kind kind, const char *code, gantry_text text) {
    gantry_outcome outcome = {.kind = kind, .fault = {.code = gantry_lit(code), .text = text}};
    return outcome;
}

gantry_outcome gantry_skip(const char *code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    gantry_text text = gantry_format_list(format, arguments);
    va_end(arguments);
    return with_fault(GANTRY_SKIP, code, text);
}

gantry_outcome gantry_retry(const char *code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    gantry_text text = gantry_format_list(format, arguments);
    va_end(arguments);
    return with_fault(GANTRY_RETRY, code, text);
}

gantry_outcome gantry_reject(const char *code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    gantry_text text = gantry_format_list(format, arguments);
    va_end(arguments);
    return with_fault(GANTRY_REJECT, code, text);
}

gantry_outcome gantry_invalid(const char *path, const char *code, const char *format, ...) {
    gantry_violation *violation = gantry_array(gantry_violation, 1);
    va_list arguments;
    va_start(arguments, format);
    violation->path = gantry_lit(path);
    violation->code = gantry_lit(code);
    violation->text = gantry_format_list(format, arguments);
    va_end(arguments);
    return gantry_invalid_all(violation, 1);
}

gantry_outcome gantry_invalid_all(const gantry_violation *violations, size_t count) {
    for (size_t at = 0; at < count; at++) {
        if (gantry_is(violations[at].code, GANTRY_BUG)) return with_fault(GANTRY_REJECT, GANTRY_BUG, violations[at].text);
    }
    gantry_outcome outcome = {.kind = GANTRY_INVALID, .violations = violations, .count = count};
    return outcome;
}

gantry_outcome gantry_after(gantry_outcome retry, uint64_t wait_ms) {
    retry.has_wait = true;
    retry.wait_ms = wait_ms;
    return retry;
}

gantry_outcome gantry_with_detail(gantry_outcome outcome, gantry_text name, gantry_text value) {
    outcome.fault.details = with_pair(outcome.fault.details, name, value);
    return outcome;
}
