/// The command `quality`: the data quality kit on the vectors that all SDKs share.
#include "commands.hpp"

using namespace gantry;

namespace {

using Answer = Checked<std::string_view>;

std::string_view member(Json vector, const char *name) { return vector[name].string().value_or({}); }

constexpr auto text_of = [](auto value) { return value.text(); };

Answer decimal(std::string_view text, std::string_view name) {
    auto notation = name == "plain" ? Notation::plain : name == "point" ? Notation::point : Notation::comma;
    return Decimal::parse(text, notation).transform(text_of);
}

Answer instant(std::string_view kind, Json vector, std::string_view text) {
    auto zone = member(vector, "zone");
    if (kind == "epochs") {
        auto unit = member(vector, "unit") == "millis" ? Epoch::millis : Epoch::seconds;
        return Instant::since_1970(text, unit).transform(text_of);
    }
    if (kind == "local-times") {
        auto how = disambiguation(member(vector, "disambiguation")).value_or({});
        return Instant::local(text, zone, how).transform(text_of);
    }
    auto read = Instant::parse(text);
    if (kind == "instants") return read.transform(text_of);
    return read.and_then([&](Instant instant) { return instant.in_zone(zone); });
}

Answer clean(std::string_view kind, Json vector) {
    auto text = member(vector, "text");
    if (kind == "phones") return quality::phone(text, member(vector, "country"));
    if (kind == "emails") return quality::email(text);
    if (kind == "countries") return quality::country(text);
    if (kind == "decimals") return decimal(text, member(vector, "notation"));
    if (kind == "dates") return Date::parse(text, date_order(member(vector, "order")).value_or({})).transform(text_of);
    if (kind == "currencies") {
        return quality::currency(text).transform([](quality::Currency currency) { return currency.code(); });
    }
    return instant(kind, vector, text);
}

} // namespace

/// The value of each vector, or the code of its defect.
Outcome answers(const Command &command) {
    Writer out;
    {
        auto document = out.object();
        auto list = document.array("answers");
        for (auto vector : command.input["vectors"].elements()) {
            auto answer = clean(command.text("kind"), vector);
            list.put(answer ? *answer : std::string_view{answer.error().code});
        }
    }
    return out.document();
}
