/// Brings names to a form in which they can be compared.
#pragma once

#include "gantry/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Lower case letters and digits without accents: `Côte d'Ivoire` and `COTE D IVOIRE` become `cotedivoire`. Letters of
/// other alphabets stay, in lower case; `ß` is `ss`, and `ä`, `ö`, `ü` lose their dots.
///
/// For comparing only: names are to be sent on as they came.
gantry_text gantry_fold(gantry_text text);

#ifdef __cplusplus
}
#endif
