/// Finding the phone number in a text, for `phone.c`.
#pragma once

#include "gantry/text.h"

/// The number in a text, without its extension, as a plus, digits, letters and marks; false where there is none.
bool gantry_phone_in(gantry_text text, gantry_text *number);

/// The digits of a number; three letters or more are those of the keys of a telephone.
gantry_text gantry_phone_digits(gantry_text number);

/// Where the extension begins, with the blanks before it; false where there is none.
bool gantry_extension_start(gantry_text number, size_t *start);

/// The text without these characters at its end.
gantry_text gantry_without_end(gantry_text text, const char *characters);
