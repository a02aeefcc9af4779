/// The command `check`: the SDK's checker and decimals.
#include "commands.hpp"

using namespace gantry;

Outcome check(const Command &command) {
    Checker check;
    auto items = check.field("items", command.input["items"].array());
    auto amounts = check.each("items", items, [&](Json item, std::size_t) {
        auto object = item.object();
        check.here(object);
        if (!object) return Decimal{};
        check.field("name", item["name"].text());
        check.field("a/b~c", item["a/b~c"].value_or(std::string_view{}, &Json::string));
        return check.field("amount", item["amount"].decimal());
    });
    if (!check.is_clean()) return check.refuse();
    std::optional sum{Decimal{}};
    for (auto amount : amounts) {
        if (sum) sum = add(*sum, amount);
    }
    if (!sum) return Outcome::reject("out-of-range", "the sum is beyond all numbers");
    Writer out;
    {
        auto answer = out.object();
        answer.put("count", items.size());
        answer.put("sum", *sum);
    }
    return out.document();
}
