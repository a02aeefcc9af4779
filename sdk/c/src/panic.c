/// Bugs: text and place to standard error, then a trap.
///
/// `write` rather than stdio, whose buffers and locks would weigh more than the rest of a plugin. A plugin that never
/// panics doesn't link this, and then imports nothing of WASI at all.
#include "gantry/panic.h"

#include <stdarg.h>
#include <unistd.h>

#include "gantry/text.h"

__attribute__((noinline)) _Noreturn void gantry_panic_at(const char *file, int line, const char *function,
                                                         const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    gantry_text text = gantry_format_list(format, arguments);
    va_end(arguments);
    gantry_text report = gantry_format("panic: %.*s\n  at %s (%s:%d)\n", GANTRY_ARG(text), function, file, line);
    while (report.length > 0) {
        ssize_t written = write(STDERR_FILENO, report.ptr, report.length);
        if (written <= 0) break;
        report = gantry_behind(report, (size_t)written);
    }
    __builtin_trap();
}
