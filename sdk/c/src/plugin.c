/// Configuring a plugin, natively or in a component.
#include "gantry/plugin.h"

#include "gantry/field.h"

bool gantry_plugin_configure(const gantry_plugin *plugin, gantry_text json, const void **settings,
                             gantry_outcome *refusal) {
    gantry_checker check = {0};
    gantry_json read;
    *settings = NULL;
    if (gantry_check(&check, NULL, gantry_json_read(json, &read)) &&
        gantry_check(&check, NULL, gantry_as_object(read)) && plugin->configure) {
        *settings = plugin->configure(read, &check);
    }
    if (!gantry_is_clean(&check)) *refusal = gantry_refuse(&check);
    return gantry_is_clean(&check);
}
