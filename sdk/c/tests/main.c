/// Runs every test; `make test` builds and starts it.
#include "test.h"

int failures, expectations;

gantry_json json(const char *text) {
    gantry_json value;
    EXPECT_CODE(gantry_json_read(gantry_lit(text), &value), NULL, text);
    return value;
}

int main(void) {
    void (*const tests[])(void) = {test_text,    test_json,    test_writer, test_decimal, test_date,       test_names,
                                   test_contact, test_vectors, test_check,  test_plugin,  test_idempotency};
    for (size_t at = 0; at < COUNT(tests); at++) {
        tests[at]();
        gantry_arena_reset();
    }
    printf("%d expectations, %d failed\n", expectations, failures);
    return failures > 0;
}
