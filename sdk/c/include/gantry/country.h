/// Countries to ISO 3166 alpha-2.
#pragma once

#include "gantry/check.h"
#include "gantry/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The alpha-2 code of a country given as a code (two or three letters) or a name: English with its variants (`UK`,
/// `U.S.A.`, `Ivory Coast`), native (`Deutschland`, `España`, `日本`), or a neighbour's. Case, accents and punctuation
/// don't matter. Beside ISO 3166, Kosovo's customary `XK` is known. Anything else is an `unknown-country`.
gantry_defect gantry_country(gantry_text text, gantry_text *alpha2);

/// The same of the member `name`, a mandatory text.
gantry_text gantry_country_at(gantry_checker *check, gantry_json object, const char *name);

#ifdef __cplusplus
}
#endif
