/// Reading, checking and writing JSON.
#include "test.hpp"

using namespace gantry;

static void values_are_found_wherever_they_stand() {
    auto order = json(R"({"a": [1, {"b": " x\u00e4 "}], "c": null, "d": "  ", "e": 9007199254740993})");
    expect_text(order["a"][1]["b"].text().value_or({}), "xä");
    expect_text(code(order["c"].text()), "missing-field");
    expect_text(code(order["d"].text()), "empty-field");
    expect_text(code(order["a"].text()), "wrong-type");
    expect_text(code(order["none"]["deeper"].u32()), "missing-field");
    expect_text(code(order["a"]["none"].text_or_none()), "wrong-type");
    expect_text(code(order["a"]["none"].value_or(7u, &Json::u32)), "wrong-type");
    expect(order["d"].text_or_none() && !*order["d"].text_or_none(), "blank is none");
    expect(order["e"].u64().value_or(0) == 9007199254740993, "every digit");
    expect(order["c"].value_or(7u, &Json::u32).value_or(0) == 7, "null is the default");
    expect_text(code(order["a"].value_or(7u, &Json::u32)), "wrong-type");
    expect(order["d"].value_or(Decimal{}, &Json::decimal).value_or(*Decimal::parse("1")) == Decimal{}, "blank is none");
    expect_text(code(order["d"].decimal()), "not-a-decimal");
    expect_text(code(order["d"].value_or(7u, &Json::u32)), "wrong-type");
    expect_text(code(Json::read("{")), "not-json");
}

static void loops_see_every_element_and_member() {
    std::uint32_t sum = 0;
    for (auto number : json("[1, 2, 3]").elements()) sum += number.u32().value_or(0);
    expect(sum == 6, "elements");
    std::string_view names;
    for (auto [name, value] : json(R"({"a": 1, "b": {}})").members()) names = join(names, name, value.written());
    expect_text(names, "a1b{}");
    for ([[maybe_unused]] auto none : json("5").elements()) expect(false, "a number has no elements");
}

static void decimals_are_json_numbers_where_it_is_asked_for() {
    for (auto digits : {"0.10", "-3", "12345678901234567890.123", "0.0000000000000000000000000001", "100"}) {
        Writer out;
        {
            auto object = out.object();
            auto value = Decimal::parse(digits).value_or(Decimal{});
            object.put("price", as_json_number(value));
            object.put("none", std::optional<JsonNumber>{});
        }
        expect_text(out.document().text, join("{\"price\":", digits, ",\"none\":null}"));
    }
}

static void every_broken_rule_is_reported_at_its_place() {
    Checker check;
    auto bad = Checked<int>{Defect{"bad", "bad"}};
    check.field("a/b", bad);
    auto lengths = check.each("rows", json("[[], [1]]"), [&](Json row, std::size_t index) {
        auto place = check.within("x");
        check.here(index == 1 ? bad : Checked<int>{7});
        return row.size();
    });
    check.rule("total", false, "wrong-total", [] { return join("off by ", 3); });
    auto outcome = check.refuse().raw();
    expect(outcome.kind == GANTRY_INVALID && outcome.count == 3 && lengths.size() == 2, "all of them");
    expect_text(view(outcome.violations[0].path), "/a~1b");
    expect_text(view(outcome.violations[1].path), "/rows/1/x");
    expect_text(view(outcome.violations[2].path), "/total");
    expect_text(view(outcome.violations[2].text), "off by 3");
}

static void objects_and_arrays_close_by_themselves() {
    Writer out;
    {
        auto order = out.object();
        order.put("text", "ü\n");
        order.put("none", std::optional<Date>{});
        order.put("flag", true);
        order.put("least", -5);
        {
            auto lines = order.array("lines");
            lines.object().put("amount", Decimal{450, 2});
            lines.put(nullptr);
        }
        order.put("copy", json("[1.50, {\"a\": 2}]"));
    }
    expect_text(
        out.document().text,
        R"({"text":"ü\n","none":null,"flag":true,"least":-5,"lines":[{"amount":"4.50"},null],"copy":[1.50,{"a":2}]})");
}

void test_json() {
    values_are_found_wherever_they_stand();
    loops_see_every_element_and_member();
    decimals_are_json_numbers_where_it_is_asked_for();
    every_broken_rule_is_reported_at_its_place();
    objects_and_arrays_close_by_themselves();
}
