/// The arena: memory that is given back all at once.
///
/// Whatever the SDK or a plugin allocates here while a batch is processed is gone once the host has read the outcomes;
/// what `configure` allocates lives as long as the instance. So nothing is ever freed by hand, and nothing leaks.
/// A plugin may still use malloc and free; what it takes from there is its own affair.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Room for `count` things of `size` bytes, not cleared. Traps when memory is exhausted; never NULL.
void *gantry_alloc(size_t count, size_t size, size_t alignment);

/// The same block with room for `size` bytes, moved if need be. `block` may be NULL.
void *gantry_grow(void *block, size_t old_size, size_t size, size_t alignment);

/// Gives the end of the block allocated last back; does nothing for any other block.
void gantry_shrink(void *block, size_t old_size, size_t size);

/// `gantry_array(gantry_output, 3)`: an array in the arena, not cleared.
#ifdef __cplusplus
#define gantry_array(type, count) (static_cast<type *>(gantry_alloc((count), sizeof(type), alignof(type))))
#else
#define gantry_array(type, count) ((type *)gantry_alloc((count), sizeof(type), _Alignof(type)))
#endif

/// From now on this much stays: called once `configure` is through.
void gantry_arena_keep(void);

/// Gives everything back but what is kept: called once the host has read the outcomes.
void gantry_arena_reset(void);

#ifdef __cplusplus
}
#endif
