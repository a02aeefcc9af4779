/// The stand-in for the host's services in native tests.
#ifndef __wasm__
#include "gantry/testing.h"

#include <stdio.h>

#include "gantry/arena.h"
#include "host.h"

enum { MOST_ROWS = 256 };

static struct {
    const char *table, *key, *row;
} rows[MOST_ROWS];
static size_t row_count;
static uint64_t now;

gantry_message gantry_testing_message(const char *json) {
    gantry_message message = {.id = gantry_lit("test"),
                              .content_type = gantry_lit("application/json"),
                              .attempt = 1,
                              .payload = gantry_lit(json)};
    return message;
}

void gantry_testing_row(const char *table, const char *key, const char *row) {
    if (row_count == MOST_ROWS) __builtin_trap();
    rows[row_count].table = table;
    rows[row_count].key = key;
    rows[row_count++].row = row;
}

void gantry_testing_now(uint64_t now_ms) { now = now_ms; }

void gantry_testing_reset(void) {
    row_count = 0;
    now = 0;
}

static gantry_text find(gantry_text table, gantry_text key, bool *is_table) {
    gantry_text found = {NULL, 0};
    for (size_t at = 0; at < row_count; at++) {
        if (!gantry_is(table, rows[at].table)) continue;
        *is_table = true;
        if (gantry_is(key, rows[at].key)) found = gantry_lit(rows[at].row);
    }
    return found;
}

enum gantry_lookup_trouble gantry_host_lookup(gantry_text table, const gantry_text *keys, size_t count,
                                              const gantry_text **found, size_t *found_count, gantry_text *other) {
    (void)other;
    bool is_table = false;
    gantry_text *texts = gantry_array(gantry_text, count);
    for (size_t at = 0; at < count; at++) texts[at] = find(table, keys[at], &is_table);
    *found = texts;
    *found_count = count;
    return is_table ? GANTRY_NO_TROUBLE : GANTRY_UNKNOWN_TABLE;
}

void gantry_host_log(gantry_level level, gantry_text text, gantry_pairs fields) {
    static const char *const names[] = {"debug", "info", "warn", "error"};
    fprintf(stderr, "%s: %.*s", names[level], GANTRY_ARG(text));
    for (size_t at = 0; at < fields.count; at++) {
        fprintf(stderr, " %.*s=%.*s", GANTRY_ARG(fields.items[at].name), GANTRY_ARG(fields.items[at].value));
    }
    fputc('\n', stderr);
}

uint64_t gantry_host_now_ms(void) { return now; }
#endif
