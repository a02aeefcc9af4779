/// What the SDK asks of the host: answered by the contract's imports in a component, by a stand-in in native tests.
#pragma once

#include "gantry/log.h"
#include "gantry/lookup.h"

/// Why a table could not be consulted.
enum gantry_lookup_trouble { GANTRY_NO_TROUBLE, GANTRY_UNKNOWN_TABLE, GANTRY_TABLE_UNAVAILABLE, GANTRY_OTHER_TROUBLE };

/// A row for each key, NULL where no row has it; or the trouble, whose text is `*other` for the last kind.
enum gantry_lookup_trouble gantry_host_lookup(gantry_text table, const gantry_text *keys, size_t count,
                                              const gantry_text **rows, size_t *row_count, gantry_text *other);

void gantry_host_log(gantry_level level, gantry_text text, gantry_pairs fields);
uint64_t gantry_host_now_ms(void);
