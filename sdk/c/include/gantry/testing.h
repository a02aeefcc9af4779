/// Native tests: a message without a host, and a stand-in for the host's services.
///
/// A mapping is an ordinary function. Compile the plugin, this SDK's sources and a test program with the machine's own
/// compiler, and call it:
///
/// ```c
/// const void *settings;
/// gantry_outcome refusal;
/// gantry_plugin_configure(&gantry_the_plugin, gantry_lit("{}"), &settings, &refusal);
/// gantry_message message = gantry_testing_message("{\"name\": \"Anna\"}");
/// gantry_outcome outcome = gantry_the_plugin.map(&message, settings);
/// ```
#pragma once

#include "gantry/message.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A message with this JSON text.
gantry_message gantry_testing_message(const char *json);

/// From now on the table has this row, a JSON object. Tables without a row aren't there.
void gantry_testing_row(const char *table, const char *key, const char *row);

/// From now on the clock stands at this time.
void gantry_testing_now(uint64_t now_ms);

/// No tables, and the clock at 0, as at the start.
void gantry_testing_reset(void);

#ifdef __cplusplus
}
#endif
