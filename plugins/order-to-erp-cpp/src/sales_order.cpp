/// Writing the sales order, and the table of products.
#include "sales_order.hpp"

#include "pricing.hpp"

using namespace gantry;

static void put(Object order, const ShipTo &to) {
    order.put("name", to.name);
    order.put("street", to.street);
    order.put("postal_code", to.postal_code);
    order.put("city", to.city);
    order.put("region", to.region);
    order.put("country", to.country);
}

static void put(Object object, const Line &line, std::size_t position) {
    object.put("position", position);
    object.put("item", line.item);
    object.put("description", line.description);
    object.put("quantity", line.quantity);
    object.put("unit_price", line.unit_price);
    object.put("discount_percent", line.discount_percent);
    object.put("amount", line.amount);
}

static void put(Object order, const SalesOrder &made) {
    order.put("document_type", "sales_order");
    order.put("external_number", made.external_number);
    order.put("order_date", made.order_date);
    order.put("requested_date", made.requested_date);
    order.put("shipped_date", made.shipped_date);
    order.put("customer_number", made.customer_number);
    put(order.object("ship_to"), made.ship_to);
    order.put("currency", made.currency.code());
    {
        auto lines = order.array("lines");
        std::size_t position = 0;
        for (const auto &line : made.lines) put(lines.object(), line, position += 10);
    }
    order.put("net_total", made.net_total);
    order.put("freight", made.freight);
    order.put("total", made.total);
}

Output SalesOrder::output() const {
    Writer out;
    put(out.object(), *this);
    return Output::json(out.document()).idempotency_key(idempotency_key({join("order-", external_number)}));
}

Checked<Decimal> SalesOrder::add_up() {
    Checked<Decimal> sum{Decimal{}};
    for (const auto &line : lines) {
        sum = sum.and_then([&](Decimal so_far) { return pricing::total(so_far, line.amount); });
    }
    net_total = sum.value_or({});
    return sum;
}

/// The column that holds the name; missing where none does.
static Json name_column(Json product) {
    for (auto column : {"name", "description", "ProductName"}) {
        if (product[column].is_given()) return product[column];
    }
    return {};
}

Result<Rows, Outcome> find_products(std::span<const std::string_view> items) {
    auto products = lookup("products", items);
    for (std::size_t at = 0; products && at < products->size(); at++) {
        auto row = products->row(at);
        if (row.is_missing()) continue;
        auto name = row.object().and_then(
            [](Json product) { return name_column(product).value_or(std::string_view{}, &Json::string); });
        if (!name) return products->unfit(at, name.error());
    }
    return products;
}

std::optional<std::string_view> product_name(Json product) {
    auto name = name_column(product);
    return name.is_given() ? std::optional{name.string().value_or({})} : std::nullopt;
}
