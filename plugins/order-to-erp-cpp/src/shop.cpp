/// The shop's shape: one JSON object per order, with typed members.
///
/// ```json
/// {
///   "order_number": "SO-1001", "ordered_at": "2026-03-09T10:15:00+01:00", "requested_delivery": "16.03.2026",
///   "customer": {"number": "C-7", "name": "Müller & Söhne"},
///   "shipping_address": {"street": "Obere Str. 57", "postal_code": "12209", "city": "Berlin", "country":
///   "Deutschland"}, "currency": "EUR", "lines": [{"sku": "PROD-12345", "quantity": 2, "unit_price": 19.99,
///   "discount_percent": 10, "total": 35.98}], "freight": 4.90, "total": 40.88
/// }
/// ```
#include "pricing.hpp"
#include "sales_order.hpp"

using namespace gantry;
using quality::Currency;

namespace {

/// An order under way: its parts, the rules it breaks, and what it becomes.
struct Shop {
    const Settings &settings;
    Json order;
    Checker check{};
    Json customer{}, address{}, lines{};
    std::optional<Currency> currency{};
    SalesOrder made{};

    bool has_shape();
    Vector<std::string_view> items();
    void map(std::span<const std::string_view> items, const Rows &products);

  private:
    Checked<Json> part(const char *name, Checked<Json> (Json::*shape)() const) const;
    Checked<Currency> currency_of() const;
    Line line(Json line, std::string_view item, const Checked<Json> &product);
    Checked<Decimal> payable(const Checked<Decimal> &amount) const;
    std::string_view recipient();
    ShipTo ship_to();
    void check_across_fields();
};

/// A part that may be missing, but not of another shape.
Checked<Json> Shop::part(const char *name, Checked<Json> (Json::*shape)() const) const {
    auto found = order[name];
    return found.is_missing() ? Checked<Json>{found} : (found.*shape)();
}

/// Whether the parts of the order have the right shape; otherwise it can't be read at all.
bool Shop::has_shape() {
    customer = check.field("customer", part("customer", &Json::object));
    address = check.field("shipping_address", part("shipping_address", &Json::object));
    lines = check.field("lines", part("lines", &Json::array));
    check.each("lines", lines, [&](Json line, std::size_t) { return check.here(line.object()); });
    return check.is_clean();
}

Vector<std::string_view> Shop::items() {
    return check.each("lines", lines, [&](Json line, std::size_t) {
        auto number = [&](std::string_view text) { return quality::sku(text, settings.sku_prefix); };
        return check.field("sku", line["sku"].text().and_then(number));
    });
}

Checked<Currency> Shop::currency_of() const {
    auto given = order["currency"].text_or_none();
    if (given && !*given && settings.default_currency) return *settings.default_currency;
    return order["currency"].text().and_then(quality::currency);
}

Line Shop::line(Json line, std::string_view item, const Checked<Json> &product) {
    auto broken_before = check.count();
    auto named = item.empty() ? Json{} : check.field("sku", product);
    Line mapped{.item = item, .description = product_name(named)};
    auto plausible = [&](std::uint32_t number) { return quality::range(number, 1, settings.max_quantity); };
    mapped.quantity = check.field("quantity", line["quantity"].u32().and_then(plausible));
    mapped.unit_price = check.field("unit_price", line["unit_price"].decimal().and_then(pricing::price));
    auto discount = line["discount_percent"].value_or(Decimal{}, &Json::decimal);
    mapped.discount_percent = check.field("discount_percent", discount.and_then(pricing::percent));
    auto stated = check.field("total", line["total"].value_or(Decimal{}, &Json::decimal));
    if (!currency || check.count() != broken_before) return mapped;
    mapped.amount = check.here(pricing::amount(mapped.quantity, mapped.unit_price, mapped.discount_percent, *currency));
    if (line["total"].is_given()) {
        check.field("total", pricing::agreed(stated, mapped.amount, settings.total_tolerance, "wrong-line-total"));
    }
    return mapped;
}

/// Where the currency is unknown, and reported, amounts are still held against the usual two decimals.
Checked<Decimal> Shop::payable(const Checked<Decimal> &amount) const {
    auto held_against = currency.value_or(Currency{{"EUR", 2}});
    return amount.and_then([&](Decimal value) { return pricing::payable(value, held_against); });
}

/// The address's own name, else the customer's.
std::string_view Shop::recipient() {
    auto own = address["name"].text_or_none();
    auto fallback = customer["name"].text_or_none().value_or({});
    if (own && !*own && fallback) return *fallback;
    return check.field("name", address["name"].text());
}

ShipTo Shop::ship_to() {
    auto place = check.within("shipping_address");
    return {
        .name = recipient(),
        .street = check.field("street", address["street"].text()),
        .postal_code = check.field("postal_code", address["postal_code"].text_or_none()),
        .city = check.field("city", address["city"].text()),
        .region = check.field("region", address["region"].text_or_none()),
        .country = check.field("country", address["country"].text().and_then(quality::country)),
    };
}

/// Rules that only mean something once every field is right.
void Shop::check_across_fields() {
    if (!check.is_clean()) return;
    auto computed = made.add_up().and_then([&](Decimal net) { return pricing::total(net, made.freight); });
    check.field("total", computed.and_then([&](Decimal total) {
        return pricing::agreed(made.total, total, settings.total_tolerance, "wrong-total");
    }));
    bool in_order = !made.requested_date || *made.requested_date >= made.order_date;
    check.rule("requested_delivery", in_order, "requested-before-ordered",
               [&] { return join("delivery is asked for before the day of the order, ", made.order_date); });
}

void Shop::map(std::span<const std::string_view> items, const Rows &products) {
    auto date = Date::in(settings.dates);
    currency =
        check.field("currency", currency_of().transform([](const Currency &known) { return std::optional{known}; }));
    made.currency = currency.value_or(Currency{});
    check.rule("lines", lines.size() > 0, "no-lines", "an order needs at least one line");
    made.lines = check.each("lines", lines, [&](Json given, std::size_t at) {
        return line(given, items[at], products.known(at, "unknown-product"));
    });
    made.external_number = check.field("order_number", order["order_number"].text());
    made.order_date = check.field("ordered_at", order["ordered_at"].text().and_then(date));
    made.requested_date =
        check.field("requested_delivery", order["requested_delivery"].text_or_none().and_then(optionally(date)));
    {
        auto place = check.within("customer");
        made.customer_number = check.field("number", customer["number"].text());
    }
    made.ship_to = ship_to();
    made.freight = check.field("freight", payable(order["freight"].value_or(Decimal{}, &Json::decimal)));
    made.total = check.field("total", payable(order["total"].decimal()));
    check_across_fields();
}

} // namespace

Outcome map_shop(Json order, const Settings &settings) {
    Shop shop{settings, order};
    if (!shop.has_shape()) return shop.check.refuse();
    auto items = shop.items();
    auto products = find_products(items);
    if (!products) return products.error();
    shop.map(items, *products);
    return shop.check.is_clean() ? Outcome{shop.made.output()} : shop.check.refuse();
}
