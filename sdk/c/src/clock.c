/// The host's clock: in a file of its own, so that a plugin which doesn't ask for it doesn't import it.
#include "gantry/clock.h"

#include "host.h"

uint64_t gantry_now_ms(void) { return gantry_host_now_ms(); }
