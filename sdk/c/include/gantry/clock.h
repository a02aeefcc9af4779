/// The host's clock. Needs the grant `clock`: write `clock = true` under `[wants]` in plugin.toml.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Milliseconds since the Unix epoch as they stood when the batch began, so that a past run can be repeated exactly.
uint64_t gantry_now_ms(void);

#ifdef __cplusplus
}
#endif
