/// The arena: a bump allocator over a list of chunks that are kept from batch to batch.
///
/// The first chunk is part of the instance's memory, so that small batches ask the host for nothing. Further ones come
/// from `memory.grow`, which malloc of wasi-libc lives with; natively, for tests, from malloc.
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "gantry/arena.h"

#ifndef __wasm__
#include <stdlib.h>
#endif

enum { FIRST_CHUNK = 64 * 1024, PAGE = 64 * 1024 };

struct chunk {
    struct chunk *next;
    char *end;
};

static alignas(16) char first_chunk[FIRST_CHUNK];
static struct chunk *current;
static char *at;
static struct chunk *kept_chunk;
static char *kept_at;

/// Named so that the host's backtrace says what happened.
__attribute__((noinline, noreturn)) static void gantry_out_of_memory(void) { __builtin_trap(); }

static struct chunk *first(void) {
    struct chunk *chunk = (struct chunk *)(void *)first_chunk;
    chunk->end = first_chunk + FIRST_CHUNK;
    return chunk;
}

static char *beginning(struct chunk *chunk) { return (char *)(chunk + 1); }

static struct chunk *more_memory(size_t size) {
    if (size > SIZE_MAX - PAGE) gantry_out_of_memory();
    size_t pages = (size + PAGE - 1) / PAGE;
#ifdef __wasm__
    size_t page = __builtin_wasm_memory_grow(0, pages);
    if (page == SIZE_MAX) gantry_out_of_memory();
    struct chunk *chunk = (struct chunk *)(page * PAGE);
#else
    struct chunk *chunk = malloc(pages * PAGE);
    if (!chunk) gantry_out_of_memory();
#endif
    chunk->end = (char *)chunk + pages * PAGE;
    return chunk;
}

static char *aligned(char *place, size_t alignment) { return place + (-(uintptr_t)place & (alignment - 1)); }

static void next_chunk(size_t size) {
    if (!current) {
        current = first();
    } else {
        struct chunk *next = current->next;
        if (!next || (size_t)(next->end - beginning(next)) < size) {
            struct chunk *more = more_memory(size + sizeof(struct chunk));
            more->next = next;
            current->next = more;
            next = more;
        }
        current = next;
    }
    at = beginning(current);
}

void *gantry_alloc(size_t count, size_t size, size_t alignment) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total) || total > SIZE_MAX / 2) gantry_out_of_memory();
    char *block = aligned(at, alignment);
    while (!current || block > current->end || (size_t)(current->end - block) < total) {
        next_chunk(total + alignment);
        block = aligned(at, alignment);
    }
    at = block + total;
    return block;
}

void *gantry_grow(void *block, size_t old_size, size_t size, size_t alignment) {
    if (block && (char *)block + old_size == at && size >= old_size && (size_t)(current->end - at) >= size - old_size) {
        at += size - old_size;
        return block;
    }
    void *moved = gantry_alloc(size, 1, alignment);
    if (block) memcpy(moved, block, old_size < size ? old_size : size);
    return moved;
}

void gantry_shrink(void *block, size_t old_size, size_t size) {
    if ((char *)block + old_size == at) at = (char *)block + size;
}

void gantry_arena_keep(void) {
    kept_chunk = current;
    kept_at = at;
}

void gantry_arena_reset(void) {
    current = kept_chunk ? kept_chunk : first();
    at = kept_chunk ? kept_at : beginning(current);
}
