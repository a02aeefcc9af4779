/// A whole plugin, native: settings, lookup, clock, outcomes.
#include "test.hpp"

#include <fstream>
#include <iterator>
#include <string>

using namespace gantry;

namespace {

struct Settings {
    std::uint32_t floor;

    static Settings read(Json json, Checker &check) { return {check.field("floor", json["floor"].u32())}; }
};

Outcome map(const Message &message, const Settings &settings) {
    auto number = message.json();
    if (!number) return number.error();
    auto value = number->u32().value_or(0);
    if (value < settings.floor) return Outcome::skip("too-low", join(value, " is below the floor"));
    Writer out;
    out.put(value - settings.floor);
    return out.document();
}

} // namespace

GANTRY_PLUGIN(map);

static gantry_outcome run(const char *text) {
    const void *settings;
    gantry_outcome refusal;
    gantry_plugin_configure(&gantry_the_plugin, gantry_lit(R"({"floor": 5})"), &settings, &refusal);
    auto message = gantry_testing_message(text);
    return gantry_the_plugin.map(&message, settings);
}

static void a_mapping_is_an_ordinary_function() {
    expect_text(view(run("7").outputs[0].payload), "2");
    expect_text(view(run("3").fault.text), "3 is below the floor");
    expect_text(view(run("x").violations[0].code), "not-json");
}

static void settings_that_do_not_fit_are_refused_with_their_path() {
    const void *settings;
    gantry_outcome refusal;
    bool fits = gantry_plugin_configure(&gantry_the_plugin, gantry_lit(R"({"floor": -1})"), &settings, &refusal);
    expect(!fits, "refused");
    expect_text(view(refusal.violations[0].path), "/floor");
}

static void rows_come_in_the_order_of_the_keys() {
    gantry_testing_row("products", "1", R"({"name": "Chai"})");
    Vector<std::string_view> keys{"9", "1"};
    auto rows = lookup("products", keys);
    expect(rows && rows->size() == 2, "there");
    expect_text(rows->row(1)["name"].text().value_or({}), "Chai");
    expect_text(code(rows->known(0, "unknown-product")), "unknown-product");
    Checker check;
    check.field("sku", rows->known(2, "unknown-product"));
    expect_text(view(check.refuse().raw().fault.code), "plugin-exception");
    auto unknown = lookup("prices", keys);
    expect(!unknown, "no such table");
    expect_text(view(unknown.error().raw().fault.code), "unknown-table");
    gantry_testing_now(5);
    expect(now() == std::chrono::milliseconds{5}, "the clock");
}

static void what_is_handed_over_may_be_temporary() {
    char temporary[] = "SO-1";
    auto output = Output::text("text/plain", temporary).key(temporary).header("X-Shop", temporary);
    auto outcome = Outcome::retry("busy", temporary).after(std::chrono::seconds{5}).detail("by", temporary).raw();
    temporary[0] = 'x';
    expect_text(view(output.raw().payload), "SO-1");
    expect_text(view(output.raw().key), "SO-1");
    expect_text(view(output.raw().headers.items[0].name), "x-shop");
    expect_text(view(outcome.fault.text), "SO-1");
    expect(outcome.has_wait && outcome.wait_ms == 5000, "a retry may name its wait");
}

static void idempotency_keys_are_made_of_any_texts() {
    expect_text(idempotency_key({"customer", join("C-", 17), ""}), "customer/C-17/~");
    expect_text(idempotency_key({"Αθήνα"}), "%CE%91%CE%B8%CE%AE%CE%BD%CE%B1");
    auto output = Output::text("text/plain", "x").idempotency_key(idempotency_key({"order", "7"}));
    expect_text(view(output.raw().idempotency_key), "order/7");
}

/// The file that holds every SDK to the same keys.
static void a_key_is_that_of_every_other_language() {
    std::ifstream file{"../../tests/conformance/idempotency-keys.json"};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    auto vectors = Json::read(text);
    expect(vectors && vectors->size() >= 20, "all of them");
    if (!vectors) return;
    for (auto vector : vectors->elements()) {
        Vector<std::string_view> parts;
        for (auto part : vector[0].elements()) parts.push_back(part.string().value_or({}));
        expect_text(idempotency_key(parts), vector[1].string().value_or({}));
    }
}

void test_plugin() {
    a_mapping_is_an_ordinary_function();
    settings_that_do_not_fit_are_refused_with_their_path();
    rows_come_in_the_order_of_the_keys();
    what_is_handed_over_may_be_temporary();
    idempotency_keys_are_made_of_any_texts();
    a_key_is_that_of_every_other_language();
}
