/// From the author's function on one message to the contract's function on a batch.
///
/// ```cpp
/// struct Settings {
///     std::string_view greeting;
///     static Settings read(Json json, Checker &check);   // violations refuse the settings
/// };
///
/// Outcome map(const Message &message, const Settings &settings);
///
/// GANTRY_PLUGIN(map);
/// ```
///
/// A mapping without settings is `Outcome map(const Message &message)`.
#pragma once

#include <gantry/check.hpp>
#include <gantry/message.hpp>
#include <gantry/panic.h>
#include <gantry/plugin.h>
#include <new>
#include <source_location>

namespace gantry {

/// A bug of the plugin: text and place go to standard error, the instance traps, and the host finds the message that
/// caused it. Broken data is no reason to panic.
[[noreturn]] inline void panic(std::string_view text, std::source_location at = std::source_location::current()) {
    gantry_panic_at(at.file_name(), static_cast<int>(at.line()), at.function_name(), "%.*s",
                    static_cast<int>(text.size()), text.data());
}

namespace detail {

template <auto Map> struct Adapter;

template <Outcome (*Map)(const Message &)> struct Adapter<Map> {
    static const void *configure(gantry_json, gantry_checker *) { return nullptr; }
    static gantry_outcome map(const gantry_message *message, const void *) { return Map(Message{*message}).raw(); }
};

/// The settings live in the arena as long as the instance, so their destructor never runs.
template <class Settings, Outcome (*Map)(const Message &, const Settings &)> struct Adapter<Map> {
    static const void *configure(gantry_json json, gantry_checker *found) {
        Checker check{*found};
        auto *settings =
            new (gantry_alloc(1, sizeof(Settings), alignof(Settings))) Settings(Settings::read(Json{json}, check));
        *found = check.raw_checker();
        return settings;
    }
    static gantry_outcome map(const gantry_message *message, const void *settings) {
        return Map(Message{*message}, *static_cast<const Settings *>(settings)).raw();
    }
};

} // namespace detail

/// The C SDK's view of a mapping; a test calls it too.
template <auto Map> constexpr gantry_plugin plugin_of() {
    return {detail::Adapter<Map>::configure, detail::Adapter<Map>::map};
}

} // namespace gantry

/// Makes a component of a mapping; outside of every namespace.
#undef GANTRY_PLUGIN
#define GANTRY_PLUGIN(map) extern "C" const gantry_plugin gantry_the_plugin = gantry::plugin_of<map>()
