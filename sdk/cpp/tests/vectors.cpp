/// The vectors of the data quality kit, `sdk/quality/vectors`: every SDK answers each of them alike.
#include "test.hpp"

#include <fstream>
#include <sstream>

using namespace gantry;

static std::string_view member(Json vector, const char *name) { return vector[name].text().value_or({}); }

/// As the vector has it, blanks around it included.
static std::string_view given(Json vector) { return vector["text"].string().value_or({}); }

static Checked<std::string_view> phone(Json vector) {
    return quality::phone(given(vector), vector["country"].string().value_or({}));
}

static Checked<std::string_view> email(Json vector) { return quality::email(given(vector)); }

static Checked<std::string_view> date(Json vector) {
    return Date::parse(given(vector), date_order(member(vector, "order")).value_or({})).transform([](Date date) {
        return date.text();
    });
}

static Checked<std::string_view> decimal(Json vector) {
    auto name = member(vector, "notation");
    auto notation = name == "plain" ? Notation::plain : name == "point" ? Notation::point : Notation::comma;
    return Decimal::parse(given(vector), notation).transform([](Decimal decimal) { return decimal.text(); });
}

static Checked<std::string_view> country(Json vector) { return quality::country(given(vector)); }

static Checked<std::string_view> currency(Json vector) {
    return quality::currency(given(vector)).transform([&](quality::Currency currency) {
        expect(currency.decimals() == vector["decimals"].u32().value_or(9), currency.code());
        return currency.code();
    });
}

static std::string_view text_of(Instant instant) { return instant.text(); }

static Checked<std::string_view> instant(Json vector) { return Instant::parse(given(vector)).transform(text_of); }

static Checked<std::string_view> epoch(Json vector) {
    auto unit = member(vector, "unit") == "millis" ? Epoch::millis : Epoch::seconds;
    return Instant::since_1970(given(vector), unit).transform(text_of);
}

static Checked<std::string_view> zoned_time(Json vector) {
    auto zone = vector["zone"].string().value_or({});
    return Instant::parse(given(vector)).and_then([&](Instant instant) { return instant.in_zone(zone); });
}

static Checked<std::string_view> local_time(Json vector) {
    auto how = disambiguation(member(vector, "disambiguation")).value_or({});
    return Instant::local(given(vector), vector["zone"].string().value_or({}), how).transform(text_of);
}

static void agree(const std::string &kind, Checked<std::string_view> (*answer)(Json)) {
    std::ifstream file{"../quality/vectors/" + kind + ".json"};
    std::ostringstream contents;
    contents << file.rdbuf();
    std::string text = contents.str();
    std::size_t count = 0;
    for (Json vector : json(text)["vectors"].elements()) {
        auto found = answer(vector);
        expect_text(found ? *found : code(found), member(vector, found ? "value" : "code"));
        count++;
    }
    expect(count >= 100, kind);
}

void test_vectors() {
    agree("phones", phone);
    agree("emails", email);
    agree("dates", date);
    agree("decimals", decimal);
    agree("countries", country);
    agree("currencies", currency);
    agree("instants", instant);
    agree("epochs", epoch);
    agree("zoned-times", zoned_time);
    agree("local-times", local_time);
}
