/// E-mail addresses and phone numbers in one spelling, so that they can serve as a key.
#pragma once

#include "gantry/check.h"
#include "gantry/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The bare address in lower case: `Erika Mustermann <Erika@Example.COM>` → `erika@example.com`. An address is what
/// RFC 5321 allows, a quoted local part included, with letters of any script on both sides (RFC 6531). The domain has two
/// labels or more and isn't an IP address. Anything else is `not-an-email`.
///
/// The part before the `@` is lowered too: no mail system in use tells `Erika@` from `erika@`, and people type both.
gantry_defect gantry_email(gantry_text text, gantry_text *address);

/// The same of the member `name`, a mandatory text.
gantry_text gantry_email_at(gantry_checker *check, gantry_json object, const char *name);

/// The number as `+` and digits, E.164. One in national spelling is read by the plan of `country`, an ISO 3166 alpha-2
/// code. Numbers are read and judged as libphonenumber does: with `+` or the digits that lead abroad, with or without
/// what is dialled inside the country only, with an extension, which is left out, or with letters for digits. It must be
/// of a range that its country has given out; whether it is in service can't be told. Anything else is
/// `not-a-phone-number`. A country that is no such code is a bug of the plugin, `GANTRY_BUG`; without one, only international
/// spelling is read.
gantry_defect gantry_phone(gantry_text text, gantry_text country, gantry_text *number);

#ifdef __cplusplus
}
#endif
