/// E-mail addresses and phone numbers in one spelling, so that they can serve as a key.
#pragma once

#include "gantry/check.h"
#include "gantry/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The bare address in lower case: `Erika Mustermann <Erika@Example.COM>` → `erika@example.com`. Letters of all
/// alphabets may stand in it; the domain needs a dot and may not be an IP address. Anything else is `not-an-email`.
///
/// The part before the `@` is lowered too: no mail system in use tells `Erika@` from `erika@`, and people type both.
gantry_defect gantry_email(gantry_text text, gantry_text *address);

/// The same of the member `name`, a mandatory text.
gantry_text gantry_email_at(gantry_checker *check, gantry_json object, const char *name);

/// The number as `+` and digits, E.164. One in national spelling is read by the plan of `country`, an ISO 3166 alpha-2
/// code: its trunk prefix goes, its calling code comes. The number must have a length that the plan allows; which
/// ranges are in service is not checked. Anything else is `not-a-phone-number`.
gantry_defect gantry_phone(gantry_text text, gantry_text country, gantry_text *number);

#ifdef __cplusplus
}
#endif
