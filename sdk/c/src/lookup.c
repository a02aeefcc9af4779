/// Reference tables: the crossing to the host, and the rows that come back.
#include "gantry/lookup.h"

#include "gantry/arena.h"
#include "host.h"

static gantry_outcome refused(enum gantry_lookup_trouble trouble, const char *table, gantry_text other) {
    switch (trouble) {
    case GANTRY_UNKNOWN_TABLE:
        return gantry_reject("unknown-table", "the flow has no table `%s`, or doesn't grant it to this step", table);
    case GANTRY_TABLE_UNAVAILABLE:
        return gantry_retry("table-unavailable", "the table `%s` can't be read just now", table);
    default: return gantry_reject("lookup-failed", "the table `%s`: %.*s", table, GANTRY_ARG(other));
    }
}

/// Reads the rows as JSON; false where one isn't.
static bool read_rows(gantry_rows *rows, const gantry_text *found, gantry_json *read, gantry_outcome *refusal) {
    for (size_t at = 0; at < rows->count; at++) {
        read[at].node = NULL;
        if (!found[at].ptr) continue;
        gantry_defect defect = gantry_json_read(found[at], &read[at]);
        if (gantry_is_fine(defect)) continue;
        *refusal = gantry_unfit_row(rows, at, defect);
        return false;
    }
    return true;
}

bool gantry_lookup(const char *table, const gantry_text *keys, size_t count, gantry_rows *rows,
                   gantry_outcome *refusal) {
    gantry_rows none = {table, keys, NULL, 0};
    *rows = none;
    if (count == 0) return true;
    const gantry_text *found;
    size_t found_count;
    gantry_text other = {"", 0};
    enum gantry_lookup_trouble trouble =
        gantry_host_lookup(gantry_lit(table), keys, count, &found, &found_count, &other);
    if (trouble == GANTRY_NO_TROUBLE && found_count != count) {
        trouble = GANTRY_OTHER_TROUBLE;
        other = gantry_format("the host answered %zu rows for %zu keys", found_count, count);
    }
    if (trouble != GANTRY_NO_TROUBLE) {
        *refusal = refused(trouble, table, other);
        return false;
    }
    gantry_json *read = gantry_array(gantry_json, count);
    rows->rows = read;
    rows->count = count;
    return read_rows(rows, found, read, refusal);
}

gantry_json gantry_row(const gantry_rows *rows, size_t position) {
    gantry_json none = {NULL, NULL};
    return position < rows->count ? rows->rows[position] : none;
}

gantry_defect gantry_known(const gantry_rows *rows, size_t position, const char *code) {
    if (position >= rows->count) {
        return gantry_defect_of(GANTRY_BUG, "there is no position %zu in a lookup of %zu keys in the table `%s`", position,
                                rows->count, rows->table);
    }
    if (gantry_row(rows, position).node) return gantry_fine();
    gantry_text key = rows->keys[position];
    return gantry_defect_of(code, "`%.*s` is not in the table `%s`", GANTRY_ARG(key), rows->table);
}

gantry_outcome gantry_unfit_row(const gantry_rows *rows, size_t position, gantry_defect defect) {
    return gantry_reject("unfit-table-row", "the row `%.*s` of the table `%s`: %.*s", GANTRY_ARG(rows->keys[position]),
                         rows->table, GANTRY_ARG(defect.text));
}
