/// Characters of all alphabets, as far as comparing names needs them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "gantry/text.h"

/// A letter or a digit of any alphabet.
bool gantry_is_alphanumeric(uint32_t character);

/// The lower case of a letter; anything else as it is.
uint32_t gantry_lower(uint32_t character);

/// The character at the beginning of a text that isn't empty; it is taken off the text.
uint32_t gantry_take_character(gantry_text *text);

/// Writes a character as UTF-8, at most 4 bytes; returns where it ends.
char *gantry_put_character(char *to, uint32_t character);
