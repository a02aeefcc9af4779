/// The command `emit`: outputs with all they can hold.
#include "commands.h"

static gantry_text bytes_of(gantry_json numbers) {
    char *bytes = gantry_array(char, gantry_count(numbers));
    gantry_text text = {bytes, gantry_count(numbers)};
    for (gantry_each each = gantry_each_of(numbers); gantry_next(&each);) {
        uint32_t number = 0;
        gantry_as_u32(each.value, &number);
        bytes[each.index] = (char)number;
    }
    return text;
}

/// A text that may be missing.
static gantry_text optional(gantry_json object, const char *name) {
    gantry_json value = gantry_member(object, name);
    gantry_text none = {NULL, 0};
    return gantry_kind_of(value) == GANTRY_TEXT ? gantry_string(value) : none;
}

static gantry_output payload_of(gantry_json wanted) {
    gantry_json json = gantry_member(wanted, "json"), text = gantry_member(wanted, "text");
    if (gantry_kind_of(json) != GANTRY_MISSING) {
        gantry_writer out = gantry_writer_new();
        gantry_put_json(&out, NULL, json);
        return gantry_output_json(gantry_written(&out));
    }
    if (gantry_is_given(text)) return gantry_output_text("text/plain", gantry_string(text));
    return gantry_output_bytes("application/octet-stream", bytes_of(gantry_member(wanted, "bytes")));
}

static gantry_output output_of(gantry_json wanted) {
    gantry_output output = payload_of(wanted);
    gantry_text content_type = optional(wanted, "content_type");
    if (content_type.ptr) output.content_type = content_type;
    output.route = optional(wanted, "route");
    output.key = optional(wanted, "key");
    output.idempotency_key = optional(wanted, "idempotency_key");
    output.headers = pairs_of(gantry_member(wanted, "headers"));
    return output;
}

gantry_outcome emit(const struct command *command) {
    gantry_json wanted = gantry_member(command->input, "outputs");
    gantry_output *outputs = gantry_array(gantry_output, gantry_count(wanted));
    for (gantry_each each = gantry_each_of(wanted); gantry_next(&each);) outputs[each.index] = output_of(each.value);
    return gantry_emit_all(outputs, gantry_count(wanted));
}
