/// The data quality kit; the C SDK's tests hold its rules in detail.
#include "test.hpp"

using namespace gantry;

static void decimals_are_exact() {
    auto value = [](std::string_view text) { return Decimal::parse(text).value_or({}); };
    expect_text(add(value("0.1"), value("0.20"))->text(), "0.30");
    expect_text(multiply(value("19.99"), Decimal{3})->text(), "59.97");
    expect_text(value("2.345").rounded(2).text(), "2.35");
    expect_text(value("1234.5").hundredth()->text(), "12.345");
    expect(!multiply(value("79228162514264337593543950335"), Decimal{2}), "beyond all numbers");
    expect(value("1.0") == Decimal{1} && value("-1.5") < value("-1.25"), "by value");
    expect_text(Decimal::parse("1.234,56", Notation::comma)->text(), "1234.56");
    expect_text(code(Decimal::parse("1.234,56", Notation::point)), "not-a-decimal");
    expect_text(code(quality::within(value("100.01"), 0, 100)), "out-of-range");
    expect_text(code(quality::at_most_decimals(value("1.05"), 1)), "too-many-decimals");
}

static void dates_follow_the_declared_order() {
    expect_text(Date::parse("9. März 2026")->text(), "2026-03-09");
    expect_text(Date::parse("03/09/2026", DateOrder::month_first)->text(), "2026-03-09");
    expect_text(code(Date::parse("03/09/2026")), "ambiguous-date");
    expect(*Date::parse("2026-03-09") < *Date::parse("10.3.2026"), "compared");
    expect(date_order("day_first").value_or({}) == DateOrder::day_first, "by name");
    auto none = Checked<std::optional<std::string_view>>{std::nullopt}.and_then(optionally(Date::in({})));
    expect(none && !*none, "none stays none");
}

static void names_become_codes() {
    expect_text(quality::country("Deutschland").value_or({}), "DE");
    expect_text(code(quality::country("Atlantis")), "unknown-country");
    expect_text(quality::currency("jpy").value_or({}).code(), "JPY");
    expect_text(quality::email("Max <Max@X.de>").value_or({}), "max@x.de");
    expect_text(quality::phone("030 - 007 43 21", "DE").value_or({}), "+49300074321");
    expect_text(quality::sku("PROD-1", "PROD-").value_or({}), "1");
    expect_text(quality::fold("Côte d'Ivoire"), "cotedivoire");
    expect_text(code(quality::range(0, 1, 9)), "out-of-range");
    expect_text(code(quality::length("Größen", 5)), "too-long");
    expect_text(code(quality::ensure(false, "my-rule", "broken")), "my-rule");
}

void test_quality() {
    decimals_are_exact();
    dates_follow_the_declared_order();
    names_become_codes();
}
