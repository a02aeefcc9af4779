/// The C SDK's reference plugin: each message says what to do with it. What it must do is in
/// `tests/conformance/README.md`; `gantry plugin test --conformance` holds it to that.
#include "commands.h"

/// Settings are shown as they came, so their JSON is all there is to keep.
static const void *configure(gantry_json settings, gantry_checker *check) {
    bool is_refused = gantry_kind_of(gantry_member(settings, "refuse")) == GANTRY_TRUE;
    gantry_rule(check, "refuse", !is_refused, "refused", "these settings ask to be refused");
    gantry_json *kept = gantry_array(gantry_json, 1);
    *kept = settings;
    return kept;
}

gantry_outcome answer(gantry_writer *out) { return gantry_emit(gantry_output_json(gantry_written(out))); }

gantry_pairs pairs_of(gantry_json object) {
    gantry_pair *items = gantry_array(gantry_pair, gantry_count(object));
    gantry_pairs pairs = {items, gantry_count(object)};
    for (gantry_each each = gantry_each_of(object); gantry_next(&each);) {
        items[each.index].name = each.name;
        items[each.index].value = gantry_string(each.value);
    }
    return pairs;
}

static gantry_text text_of(const struct command *command, const char *name) {
    return gantry_string(gantry_member(command->input, name));
}

static gantry_outcome echo(const struct command *command) {
    gantry_writer out = gantry_writer_new();
    gantry_put_json(&out, NULL, gantry_member(command->input, "value"));
    return answer(&out);
}

static gantry_outcome key(const struct command *command) {
    gantry_json given = gantry_member(command->input, "parts");
    gantry_text *parts = gantry_array(gantry_text, gantry_count(given));
    for (gantry_each each = gantry_each_of(given); gantry_next(&each);) parts[each.index] = gantry_string(each.value);
    gantry_text key = gantry_idempotency_key(parts, gantry_count(given));
    gantry_writer out = gantry_writer_new();
    gantry_put_object(&out, NULL);
    gantry_put_text(&out, "key", key);
    gantry_end_object(&out);
    gantry_output output = gantry_output_json(gantry_written(&out));
    output.idempotency_key = key;
    return gantry_emit(output);
}

static gantry_outcome with_details(gantry_outcome outcome, const struct command *command) {
    outcome.fault.details = pairs_of(gantry_member(command->input, "details"));
    return outcome;
}

static gantry_outcome skip(const struct command *command) {
    gantry_text text = text_of(command, "text");
    return with_details(gantry_skip(gantry_c_string(text_of(command, "code")), "%.*s", GANTRY_ARG(text)), command);
}

static gantry_outcome reject(const struct command *command) {
    gantry_text text = text_of(command, "text");
    return with_details(gantry_reject(gantry_c_string(text_of(command, "code")), "%.*s", GANTRY_ARG(text)), command);
}

static gantry_outcome retry(const struct command *command) {
    gantry_text text = text_of(command, "text");
    gantry_outcome again = gantry_retry(gantry_c_string(text_of(command, "code")), "%.*s", GANTRY_ARG(text));
    uint64_t wait_ms;
    if (gantry_is_fine(gantry_as_u64(gantry_member(command->input, "after_ms"), &wait_ms))) {
        again = gantry_after(again, wait_ms);
    }
    return with_details(again, command);
}

static gantry_outcome invalid(const struct command *command) {
    gantry_checker check = {0};
    for (gantry_each each = gantry_each_of(gantry_member(command->input, "violations")); gantry_next(&each);) {
        gantry_violation violation = {
            gantry_string(gantry_member(each.value, "path")),
            gantry_string(gantry_member(each.value, "code")),
            gantry_string(gantry_member(each.value, "text")),
        };
        gantry_check_add(&check, violation);
    }
    return gantry_refuse(&check);
}

static gantry_outcome number(const struct command *command) {
    gantry_checker check = {0};
    gantry_decimal value = gantry_decimal_at(&check, command->input, "value");
    if (!gantry_is_clean(&check)) return gantry_refuse(&check);
    gantry_writer out = gantry_writer_new();
    gantry_put_object(&out, NULL);
    gantry_put_decimal_as_json_number(&out, "number", value);
    gantry_end_object(&out);
    return answer(&out);
}

static gantry_outcome now(const struct command *command) {
    (void)command;
    gantry_writer out = gantry_writer_new();
    gantry_put_object(&out, NULL);
    gantry_put_u64(&out, "now_ms", gantry_now_ms());
    gantry_end_object(&out);
    return answer(&out);
}

/// A bug, on purpose.
__attribute__((noinline)) static gantry_outcome deliberate(const struct command *command) {
    gantry_text text = text_of(command, "text");
    gantry_panic("%.*s", GANTRY_ARG(text));
}

static const struct {
    const char *name;
    gantry_outcome (*run)(const struct command *command);
} commands[] = {
    {"echo", echo},       {"emit", emit},     {"key", key}, {"skip", skip},      {"reject", reject},  {"retry", retry},
    {"invalid", invalid}, {"check", check},   {"see", see}, {"log", write_line}, {"lookup", look_up}, {"now", now},
    {"number", number},   {"quality", quality}, {"throw", deliberate}, {"known", known},
};

static bool is_json(gantry_text content_type) {
    size_t length = 0;
    while (length < content_type.length && content_type.ptr[length] != ';') length++;
    return gantry_is(gantry_first(content_type, length), "application/json");
}

static gantry_outcome map(const gantry_message *message, const void *settings) {
    struct command command = {.message = message, .settings = *(const gantry_json *)settings};
    gantry_outcome refusal;
    if (!is_json(message->content_type)) return gantry_emit(gantry_output_unchanged(message));
    if (!gantry_read_object(message, &command.input, &refusal)) return refusal;
    gantry_text name = text_of(&command, "do");
    for (size_t at = 0; at < sizeof commands / sizeof *commands; at++) {
        if (gantry_is(name, commands[at].name)) return commands[at].run(&command);
    }
    return gantry_reject("unknown-command", "no command is called `%.*s`", GANTRY_ARG(name));
}

GANTRY_PLUGIN(configure, map);
