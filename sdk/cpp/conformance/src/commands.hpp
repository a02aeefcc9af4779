/// What the parts of the reference plugin share: a function for each command.
#pragma once

#include <gantry.hpp>

struct Settings {
    gantry::Json json; ///< As it came, to be shown.

    static Settings read(gantry::Json json, gantry::Checker &check);
};

/// One message under way: what it says, and what it came with.
struct Command {
    const gantry::Message &message;
    gantry::Json input;
    const Settings &settings;

    std::string_view text(const char *name) const { return input[name].string().value_or({}); }
};

gantry::Outcome emit(const Command &command);
gantry::Outcome check(const Command &command);
gantry::Outcome see(const Command &command);
gantry::Outcome write_line(const Command &command);
gantry::Outcome answers(const Command &command);
gantry::Outcome look_up(const Command &command);
gantry::Outcome known(const Command &command);
