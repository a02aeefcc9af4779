/// A whole plugin, native: settings, lookup, clock, outcomes.
#include "test.h"

struct settings {
    uint32_t floor;
};

static const void *configure(gantry_json json, gantry_checker *check) {
    struct settings *settings = gantry_array(struct settings, 1);
    settings->floor = gantry_u32_at(check, json, "floor");
    return settings;
}

static gantry_outcome map(const gantry_message *message, const void *given) {
    const struct settings *settings = given;
    gantry_json number;
    gantry_outcome refusal;
    uint32_t value = 0;
    if (!gantry_read(message, &number, &refusal)) return refusal;
    gantry_as_u32(number, &value);
    if (value < settings->floor) return gantry_skip("too-low", "%u is below the floor", value);
    gantry_writer out = gantry_writer_new();
    gantry_put_u64(&out, NULL, value - settings->floor);
    return gantry_emit(gantry_output_json(gantry_written(&out)));
}

GANTRY_PLUGIN(configure, map);

static void a_mapping_is_an_ordinary_function(void) {
    const void *settings;
    gantry_outcome refusal;
    EXPECT(gantry_plugin_configure(&gantry_the_plugin, gantry_lit("{\"floor\": 5}"), &settings, &refusal), "fits");
    gantry_message seven = gantry_testing_message("7"), three = gantry_testing_message("3"),
                   x = gantry_testing_message("x");
    EXPECT_TEXT(map(&seven, settings).outputs[0].payload, "2");
    EXPECT_TEXT(map(&three, settings).fault.text, "3 is below the floor");
    EXPECT_TEXT(map(&x, settings).violations[0].code, "not-json");
}

static void settings_that_do_not_fit_are_refused_with_their_path(void) {
    const void *settings;
    gantry_outcome refusal;
    EXPECT(!gantry_plugin_configure(&gantry_the_plugin, gantry_lit("{\"floor\": \"high\"}"), &settings, &refusal),
           "high");
    EXPECT_TEXT(refusal.violations[0].path, "/floor");
    EXPECT_TEXT(refusal.violations[0].code, "wrong-type");
}

static void rows_come_in_the_order_of_the_keys(void) {
    gantry_testing_row("products", "1", "{\"name\": \"Chai\"}");
    gantry_testing_row("products", "2", "not JSON");
    gantry_text keys[] = {gantry_lit("9"), gantry_lit("1")}, unfit = gantry_lit("2");
    gantry_rows rows;
    gantry_outcome refusal;
    EXPECT(gantry_lookup("products", keys, 2, &rows, &refusal), "there");
    EXPECT_TEXT(gantry_string(gantry_member(gantry_row(&rows, 1), "name")), "Chai");
    EXPECT_TEXT(gantry_known(&rows, 0, "unknown-product").text, "`9` is not in the table `products`");
    gantry_checker check = {0};
    gantry_check(&check, "sku", gantry_known(&rows, 0, "unknown-product"));
    EXPECT(gantry_refuse(&check).kind == GANTRY_INVALID, "bad data");
    gantry_check(&check, "sku", gantry_known(&rows, 2, "unknown-product"));
    gantry_outcome bug = gantry_refuse(&check);
    EXPECT(bug.kind == GANTRY_REJECT, "the plugin's fault");
    EXPECT_TEXT(bug.fault.code, "plugin-exception");
    EXPECT_TEXT(bug.fault.text, "there is no position 2 in a lookup of 2 keys in the table `products`");
    EXPECT(gantry_invalid("/sku", GANTRY_BUG, "off by one").kind == GANTRY_REJECT, "the plugin's fault");
    EXPECT(!gantry_lookup("products", &unfit, 1, &rows, &refusal), "unfit");
    EXPECT_TEXT(refusal.fault.code, "unfit-table-row");
    EXPECT(!gantry_lookup("prices", keys, 2, &rows, &refusal), "no such table");
    EXPECT_TEXT(refusal.fault.code, "unknown-table");
    gantry_testing_reset();
}

static void outputs_say_all_there_is_to_say(void) {
    gantry_testing_now(1700000000123);
    EXPECT(gantry_now_ms() == 1700000000123, "the clock");
    gantry_output output = gantry_output_json(gantry_lit("{}"));
    gantry_add_header(&output, gantry_lit("X-Shop"), gantry_lit("A"));
    gantry_add_header(&output, gantry_lit("x-b"), gantry_lit("B"));
    EXPECT(output.headers.count == 2, "both");
    EXPECT_TEXT(output.headers.items[0].name, "x-shop");
    gantry_outcome retry = gantry_after(gantry_retry("busy", "the sequence is locked"), 5000);
    retry = gantry_with_detail(retry, gantry_lit("by"), gantry_lit("import"));
    EXPECT(retry.has_wait && retry.wait_ms == 5000 && retry.fault.details.count == 1, "a retry may name its wait");
    gantry_message message = gantry_testing_message("{}");
    message.headers = output.headers;
    EXPECT_TEXT(gantry_header(&message, "X-SHOP"), "A");
    EXPECT(gantry_header(&message, "x-other").ptr == NULL, "no such header");
}

void test_plugin(void) {
    a_mapping_is_an_ordinary_function();
    settings_that_do_not_fit_are_refused_with_their_path();
    rows_come_in_the_order_of_the_keys();
    outputs_say_all_there_is_to_say();
}
