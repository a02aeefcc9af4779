/// The commands that look at the message itself and at the host's services.
#include "commands.h"

static void put_headers(gantry_writer *out, gantry_pairs headers) {
    gantry_put_array(out, "headers");
    for (size_t at = 0; at < headers.count; at++) {
        gantry_put_array(out, NULL);
        gantry_put_text(out, NULL, headers.items[at].name);
        gantry_put_text(out, NULL, headers.items[at].value);
        gantry_end_array(out);
    }
    gantry_end_array(out);
}

gantry_outcome see(const struct command *command) {
    const gantry_message *message = command->message;
    gantry_writer out = gantry_writer_new();
    gantry_put_object(&out, NULL);
    gantry_put_text(&out, "id", message->id);
    gantry_put_text(&out, "key", message->key);
    gantry_put_text(&out, "content_type", message->content_type);
    put_headers(&out, message->headers);
    gantry_put_u64(&out, "event_time_ms", message->event_time_ms);
    gantry_put_u64(&out, "attempt", message->attempt);
    gantry_put_text(&out, "kind", gantry_lit(message->is_bytes ? "bytes" : "text"));
    gantry_put_json(&out, "settings", command->settings);
    gantry_end_object(&out);
    return answer(&out);
}

static gantry_level level_of(gantry_text name) {
    static const char *const names[] = {"debug", "info", "warn"};
    for (int level = GANTRY_DEBUG; level <= GANTRY_WARN; level++) {
        if (gantry_is(name, names[level])) return (gantry_level)level;
    }
    return GANTRY_ERROR;
}

gantry_outcome write_line(const struct command *command) {
    gantry_text level = gantry_string(gantry_member(command->input, "level"));
    gantry_log_text(level_of(level), gantry_string(gantry_member(command->input, "text")),
                    pairs_of(gantry_member(command->input, "fields")));
    gantry_writer out = gantry_writer_new();
    gantry_put_object(&out, NULL);
    gantry_put_text(&out, "logged", level);
    gantry_end_object(&out);
    return answer(&out);
}

/// The rows of the keys of a command; false where the table can't be consulted.
static bool find(const struct command *command, gantry_rows *rows, gantry_outcome *refusal) {
    gantry_json wanted = gantry_member(command->input, "keys");
    const char *table = gantry_c_string(gantry_string(gantry_member(command->input, "table")));
    gantry_text *keys = gantry_array(gantry_text, gantry_count(wanted));
    for (gantry_each each = gantry_each_of(wanted); gantry_next(&each);) keys[each.index] = gantry_string(each.value);
    return gantry_lookup(table, keys, gantry_count(wanted), rows, refusal);
}

gantry_outcome look_up(const struct command *command) {
    gantry_rows rows;
    gantry_outcome refusal;
    if (!find(command, &rows, &refusal)) return refusal;
    gantry_writer out = gantry_writer_new();
    gantry_put_object(&out, NULL);
    gantry_put_array(&out, "rows");
    for (size_t at = 0; at < rows.count; at++) gantry_put_json(&out, NULL, gantry_row(&rows, at));
    gantry_end_array(&out);
    gantry_end_object(&out);
    return answer(&out);
}

gantry_outcome known(const struct command *command) {
    gantry_rows rows;
    gantry_outcome refusal;
    gantry_checker check = {0};
    if (!find(command, &rows, &refusal)) return refusal;
    size_t at = (size_t)gantry_u64_at(&check, command->input, "at");
    gantry_check(&check, "keys", gantry_known(&rows, at, "unknown-country"));
    if (!gantry_is_clean(&check)) return gantry_refuse(&check);
    gantry_writer out = gantry_writer_new();
    gantry_put_object(&out, NULL);
    gantry_put_json(&out, "row", gantry_row(&rows, at));
    gantry_end_object(&out);
    return answer(&out);
}
