/// The ERP's sales order, as it is sent.
#pragma once

#include <gantry.h>

#include "settings.h"

/// Where an order goes. The postal code and the region may be none.
struct ship_to {
    gantry_text name, street, postal_code, city, region, country;
};

struct line {
    gantry_text item;        ///< The ERP's article number.
    gantry_text description; ///< What the table of products calls it, if anything.
    uint32_t quantity;
    gantry_decimal unit_price;       ///< Of one, before the discount.
    gantry_decimal discount_percent; ///< 0 to 100.
    gantry_decimal amount;           ///< Of all, after the discount.
};

/// Amounts leave as texts: a receiver that reads JSON numbers as floats would round them.
struct sales_order {
    gantry_text external_number; ///< The shop's order number.
    gantry_date order_date;
    gantry_date requested_date, shipped_date; ///< May be none.
    gantry_text customer_number;
    struct ship_to ship_to;
    gantry_currency currency;
    const struct line *lines;
    size_t line_count;
    gantry_decimal net_total, freight, total;
};

/// The order as a message; a repetition of the same order number is recognised by its idempotency key.
gantry_outcome send_order(const struct sales_order *order);

/// The rows of these articles in the table of products. False: then `*refusal` is what to answer.
bool find_products(const gantry_text *items, size_t count, gantry_rows *products, gantry_outcome *refusal);

/// What the table calls the article, by one of the columns that usually hold it; NULL where nothing does.
gantry_text product_name(const gantry_rows *products, size_t position);

/// Both shapes, each a pure function.
gantry_outcome map_shop(gantry_json order, const struct settings *settings);
gantry_outcome map_northwind(gantry_json order, const struct settings *settings);
