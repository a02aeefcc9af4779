/// Currencies by ISO 4217.
#pragma once

#include "gantry/check.h"
#include "gantry/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/// All zeros: no currency.
typedef struct gantry_currency {
    char code[4];      ///< `EUR`, closed by a NUL.
    unsigned decimals; ///< How many its amounts have: 2 for the euro, 0 for the yen.
} gantry_currency;

/// The currency of an ISO 4217 code, in whatever case; anything else is an `unknown-currency`.
gantry_defect gantry_currency_of(gantry_text code, gantry_currency *currency);

/// The same of the member `name`, a mandatory text.
gantry_currency gantry_currency_at(gantry_checker *check, gantry_json object, const char *name);

#ifdef __cplusplus
}
#endif
