/// The generated bindings, as they are; see generate.sh.
///
/// What they would free one by one lies in the arena, which is given back as a whole: their `free` does nothing.
#ifdef __wasm__
#include <stdlib.h>
#include <string.h>

#define free(block) ((void)(block))
#include "bindings/plugin.c"

/// Would bring in an object file with the world's types; `gantry plugin build` adds them from the contract instead.
void __component_type_object_force_link_plugin(void) {}
#endif
