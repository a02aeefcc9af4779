/// Idempotency keys: the same as those of every other SDK.
#include "test.h"

static gantry_text file(const char *path) {
    FILE *opened = fopen(path, "rb");
    gantry_text none = {"", 0};
    EXPECT(opened != NULL, path);
    if (!opened) return none;
    size_t room = 1 << 20;
    char *bytes = gantry_array(char, room);
    gantry_text text = {bytes, fread(bytes, 1, room, opened)};
    fclose(opened);
    return text;
}

static void a_key_is_that_of_every_other_language(void) {
    gantry_json vectors = {0};
    EXPECT_CODE(gantry_json_read(file("../../tests/conformance/idempotency-keys.json"), &vectors), NULL, "vectors");
    EXPECT(gantry_count(vectors) >= 20, "all of them");
    for (gantry_each each = gantry_each_of(vectors); gantry_next(&each);) {
        gantry_json given = gantry_element(each.value, 0);
        gantry_text parts[200];
        size_t count = 0;
        for (gantry_each part = gantry_each_of(given); gantry_next(&part);) parts[count++] = gantry_string(part.value);
        gantry_text want = gantry_string(gantry_element(each.value, 1));
        EXPECT_TEXT(gantry_idempotency_key(parts, count), gantry_c_string(want));
    }
}

static void parts_may_be_written_down(void) {
    gantry_text id = gantry_lit("C-17");
    EXPECT_TEXT(GANTRY_IDEMPOTENCY_KEY(gantry_lit("customer"), id, gantry_lit("7")), "customer/C-17/7");
}

void test_idempotency(void) {
    a_key_is_that_of_every_other_language();
    parts_may_be_written_down();
}
