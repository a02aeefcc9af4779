/// The ERP's sales order, as it is sent.
#pragma once

#include <gantry.hpp>

#include "settings.hpp"

/// Where an order goes.
struct ShipTo {
    std::string_view name, street;
    std::optional<std::string_view> postal_code;
    std::string_view city;
    std::optional<std::string_view> region;
    std::string_view country;
};

struct Line {
    std::string_view item;                       ///< The ERP's article number.
    std::optional<std::string_view> description; ///< What the table of products calls it.
    std::uint32_t quantity = 0;
    gantry::Decimal unit_price;       ///< Of one, before the discount.
    gantry::Decimal discount_percent; ///< 0 to 100.
    gantry::Decimal amount;           ///< Of all, after the discount.
};

/// Amounts leave as texts: a receiver that reads JSON numbers as floats would round them.
struct SalesOrder {
    std::string_view external_number; ///< The shop's order number.
    gantry::Date order_date;
    std::optional<gantry::Date> requested_date, shipped_date;
    std::string_view customer_number;
    ShipTo ship_to;
    gantry::quality::Currency currency;
    gantry::Vector<Line> lines;
    gantry::Decimal net_total, freight, total;

    /// The order as a message; a repetition of the same order number is recognised by its idempotency key.
    gantry::Output output() const;

    /// Computes the sum of the lines; `out-of-range` beyond all numbers.
    gantry::Checked<gantry::Decimal> add_up();
};

/// The rows of these articles in the table of products, or what to answer.
gantry::Result<gantry::Rows, gantry::Outcome> find_products(std::span<const std::string_view> items);

/// What the table calls an article, by one of the columns that usually hold it.
std::optional<std::string_view> product_name(gantry::Json product);

/// Both shapes, each a pure function.
gantry::Outcome map_shop(gantry::Json order, const Settings &settings);
gantry::Outcome map_northwind(gantry::Json order, const Settings &settings);
