/// Bugs: what a plugin does when it finds out that it is wrong itself.
///
/// Text and place go to standard error, and the instance traps. The host finds the message that caused it, the others
/// of its batch still go through, and the dead letter names text, place and the functions on the way there. Broken data
/// is no reason to panic: answer with a refusal.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// `gantry_panic("no rate for %s", code)`, with the directives of `gantry_format`.
#define gantry_panic(...) gantry_panic_at(__FILE__, __LINE__, __func__, __VA_ARGS__)

/// Panics unless the condition holds; stays in release builds.
#define gantry_assert(condition) ((condition) ? (void)0 : gantry_panic("assertion failed: %s", #condition))

#ifdef __cplusplus
[[noreturn]]
#else
_Noreturn
#endif
void gantry_panic_at(const char *file, int line, const char *function, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#ifdef __cplusplus
}
#endif
