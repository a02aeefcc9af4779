/// From the author's function on one message to the contract's function on a batch.
///
/// ```c
/// static const void *configure(gantry_json settings, gantry_checker *check) { … }
/// static gantry_outcome map(const gantry_message *message, const void *settings) { … }
/// GANTRY_PLUGIN(configure, map);
/// ```
#pragma once

#include "gantry/check.h"
#include "gantry/json.h"
#include "gantry/message.h"
#include "gantry/outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Reads the flow's settings, a JSON object that is valid against plugin.toml's schema, into what the mapping gets.
/// What it allocates in the arena, and `settings` itself, live as long as the instance. A violation refuses the
/// settings.
typedef const void *gantry_configure(gantry_json settings, gantry_checker *check);

/// What becomes of one message.
typedef gantry_outcome gantry_map(const gantry_message *message, const void *settings);

typedef struct gantry_plugin {
    gantry_configure *configure;
    gantry_map *map;
} gantry_plugin;

/// The plugin of this component; there is one.
extern const gantry_plugin gantry_the_plugin;

/// Makes a component of a mapping. `configure` may be NULL where there are no settings.
#define GANTRY_PLUGIN(configure, map) const gantry_plugin gantry_the_plugin = {(configure), (map)}

/// Configures a plugin: the settings its mapping gets. False, with what is wrong in `*refusal`, if it refuses them.
bool gantry_plugin_configure(const gantry_plugin *plugin, gantry_text json, const void **settings,
                             gantry_outcome *refusal);

#ifdef __cplusplus
}
#endif
