/// Lines for the operator.
#include "gantry/log.h"

#include "host.h"

void gantry_log(gantry_level level, const char *text, gantry_pairs fields) {
    gantry_host_log(level, gantry_lit(text), fields);
}

void gantry_log_text(gantry_level level, gantry_text text, gantry_pairs fields) {
    gantry_host_log(level, text, fields);
}
