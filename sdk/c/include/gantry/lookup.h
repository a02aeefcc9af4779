/// Reference tables that the operator loads: rows as JSON, found by key. Needs a grant for each table: name them under
/// `[wants]` in plugin.toml.
///
/// ```c
/// gantry_rows products;
/// if (!gantry_lookup("products", skus, count, &products, &refusal)) return refusal;
/// gantry_check(&check, "sku", gantry_known(&products, at, "unknown-product"));
/// gantry_text name = gantry_string(gantry_member(gantry_row(&products, at), "name"));
/// ```
#pragma once

#include "gantry/defect.h"
#include "gantry/json.h"
#include "gantry/outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The rows of one lookup, in the order of its keys.
typedef struct gantry_rows {
    const char *table;
    const gantry_text *keys;
    const gantry_json *rows;
    size_t count;
} gantry_rows;

/// Finds the rows of these keys, which must stay, as must the table's name. All keys of a message in one call: each
/// call crosses from the sandbox to the host. False where the table can't be consulted: then `*refusal` is what to
/// answer. A table that can't be read just now is worth a retry; `unknown-table` and `unfit-table-row` are not.
bool gantry_lookup(const char *table, const gantry_text *keys, size_t count, gantry_rows *rows,
                   gantry_outcome *refusal);

/// The row that the key at this position found; a missing value where there is none.
gantry_json gantry_row(const gantry_rows *rows, size_t position);

/// Referential integrity: the defect, with this code (`unknown-product`, say), of a key that found no row. A position without
/// a key is a bug of the plugin, `GANTRY_BUG`.
gantry_defect gantry_known(const gantry_rows *rows, size_t position, const char *code);

/// What to answer where a row isn't what the plugin takes rows of this table to be.
gantry_outcome gantry_unfit_row(const gantry_rows *rows, size_t position, gantry_defect defect);

#ifdef __cplusplus
}
#endif
