/// The Northwind shape: the rows of one order, all columns as texts, as a CSV file source hands them over when it
/// groups by `OrderID`:
///
/// ```json
/// {"OrderID": "10248", "rows": [{"CustomerID": "VINET", "ProductID": "11", "UnitPrice": "14", "Quantity": "12", …},
/// …]}
/// ```
///
/// The columns of the order itself repeat in each row; the first one is read. The data states no total, so it is
/// computed. Products are known by their `ProductID`. A column that is empty or says `NULL` counts as none.
#include "pricing.hpp"
#include "sales_order.hpp"

using namespace gantry;
using quality::Currency;

namespace {

using Given = std::optional<std::string_view>;

/// A column; one that is empty or says `NULL` holds nothing.
Checked<Given> given(Json column) {
    return column.text_or_none().transform([](Given text) { return text == "NULL" ? Given{} : text; });
}

Checked<Decimal> plain(std::string_view text) { return Decimal::parse(text); }

Checked<Decimal> plain_or_zero(const Given &text) { return text ? plain(*text) : Checked<Decimal>{Decimal{}}; }

/// A fraction, 0.05, as percent, 5.
Checked<Decimal> as_percent(Decimal fraction) {
    auto hundredfold = multiply(fraction, Decimal{100});
    if (!hundredfold) return Defect{"out-of-range", "the discount is beyond all numbers"};
    return pricing::percent(hundredfold->normalised());
}

Checked<std::uint32_t> whole(std::string_view text) {
    std::uint32_t number = 0;
    auto digits = text.substr(text.starts_with('+') ? 1 : 0);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc{} && end == digits.data() + digits.size()) return number;
    return Defect{"wrong-type", join("`", text, "` is no whole number")};
}

/// An order under way: its rows, the rules it breaks, and what it becomes.
struct Northwind {
    const Settings &settings;
    const Currency &currency;
    Json order, rows;
    Checker check{};
    SalesOrder made{};

    Vector<std::string_view> ids();
    void map(std::span<const std::string_view> ids, const Rows &products);

  private:
    Line line(Json row, std::string_view id, const Checked<Json> &product);
    void map_head(Json head);
    void check_dates();
    ShipTo ship_to(Json head);
};

Vector<std::string_view> Northwind::ids() {
    return check.each("rows", rows,
                      [&](Json row, std::size_t) { return check.field("ProductID", row["ProductID"].text()); });
}

Line Northwind::line(Json row, std::string_view id, const Checked<Json> &product) {
    auto named = id.empty() ? Json{} : check.field("ProductID", product);
    Line mapped{.item = id, .description = product_name(named)};
    auto broken_before = check.count();
    auto plausible = [&](std::uint32_t number) { return quality::range(number, 1, settings.max_quantity); };
    mapped.quantity = check.field("Quantity", row["Quantity"].text().and_then(whole).and_then(plausible));
    mapped.unit_price = check.field("UnitPrice", row["UnitPrice"].text().and_then(plain).and_then(pricing::price));
    auto fraction = row["Discount"].text_or_none().and_then(plain_or_zero);
    mapped.discount_percent = check.field("Discount", fraction.and_then(as_percent));
    if (check.count() == broken_before) {
        mapped.amount =
            check.here(pricing::amount(mapped.quantity, mapped.unit_price, mapped.discount_percent, currency));
    }
    return mapped;
}

void Northwind::check_dates() {
    auto in_order = [&](std::optional<Date> date) { return !date || *date >= made.order_date; };
    auto text = [&] { return join("before the day of the order, ", made.order_date); };
    check.rule("RequiredDate", in_order(made.requested_date), "requested-before-ordered", text);
    check.rule("ShippedDate", in_order(made.shipped_date), "shipped-before-ordered", text);
}

ShipTo Northwind::ship_to(Json head) {
    return {
        .name = check.field("ShipName", head["ShipName"].text()),
        .street = check.field("ShipAddress", head["ShipAddress"].text()),
        .postal_code = check.field("ShipPostalCode", given(head["ShipPostalCode"])),
        .city = check.field("ShipCity", head["ShipCity"].text()),
        .region = check.field("ShipRegion", given(head["ShipRegion"])),
        .country = check.field("ShipCountry", head["ShipCountry"].text().and_then(quality::country)),
    };
}

/// What the first row says of the order as a whole.
void Northwind::map_head(Json head) {
    auto date = Date::in(settings.dates);
    made.order_date = check.field("OrderDate", head["OrderDate"].text().and_then(date));
    made.requested_date = check.field("RequiredDate", given(head["RequiredDate"]).and_then(optionally(date)));
    made.shipped_date = check.field("ShippedDate", given(head["ShippedDate"]).and_then(optionally(date)));
    check_dates();
    made.customer_number = check.field("CustomerID", head["CustomerID"].text());
    made.ship_to = ship_to(head);
    auto payable = [&](Decimal amount) { return pricing::payable(amount, currency); };
    made.freight = check.field("Freight", given(head["Freight"]).and_then(plain_or_zero).and_then(payable));
}

void Northwind::map(std::span<const std::string_view> ids, const Rows &products) {
    made.currency = currency;
    made.lines = check.each("rows", rows, [&](Json row, std::size_t at) {
        return line(row, ids[at], products.known(at, "unknown-product"));
    });
    {
        auto inside = check.within("rows");
        auto first = check.at(0);
        map_head(rows[0]);
    }
    made.external_number = check.field("OrderID", order["OrderID"].text());
    made.total = check.here(made.add_up().and_then([&](Decimal net) { return pricing::total(net, made.freight); }));
}

} // namespace

Outcome map_northwind(Json order, const Settings &settings) {
    Checker shape;
    auto rows = order["rows"].is_missing() ? Json{} : shape.field("rows", order["rows"].array());
    shape.each("rows", rows, [&](Json row, std::size_t) { return shape.here(row.object()); });
    if (!shape.is_clean()) return shape.refuse();
    if (!settings.default_currency) {
        return Outcome::reject("no-currency", "these orders name no currency: set `default_currency` in the flow");
    }
    if (rows.size() == 0) return Outcome::invalid("/rows", "no-lines", "an order needs at least one line");
    Northwind northwind{settings, *settings.default_currency, order, rows};
    auto ids = northwind.ids();
    auto products = find_products(ids);
    if (!products) return products.error();
    northwind.map(ids, *products);
    return northwind.check.is_clean() ? Outcome{northwind.made.output()} : northwind.check.refuse();
}
