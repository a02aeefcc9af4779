/// SHA-256, for idempotency keys that are too long.
#pragma once

#include "gantry/text.h"

#define SHA256_DIGITS 64

/// The digest in lower-case hexadecimal digits.
void sha256_hex(gantry_text bytes, char digits[SHA256_DIGITS]);
