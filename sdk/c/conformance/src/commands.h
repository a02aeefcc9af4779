/// What the parts of the reference plugin share: a function for each command.
#pragma once

#include <gantry.h>

/// One message under way: what it says, and what it came with.
struct command {
    const gantry_message *message;
    gantry_json input;
    gantry_json settings;
};

gantry_outcome emit(const struct command *command);
gantry_outcome check(const struct command *command);
gantry_outcome see(const struct command *command);
gantry_outcome write_line(const struct command *command);
gantry_outcome quality(const struct command *command);
gantry_outcome look_up(const struct command *command);
gantry_outcome known(const struct command *command);

/// The names and texts of an object of texts.
gantry_pairs pairs_of(gantry_json object);

/// Emits what a writer has written.
gantry_outcome answer(gantry_writer *out);
