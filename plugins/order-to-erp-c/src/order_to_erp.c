/// A shop's order becomes the ERP's sales order.
///
/// Article numbers lose the shop's prefix and must be in the table `products`; dates become ISO 8601, the country ISO
/// 3166, the currency ISO 4217; line totals and the order's total are checked against quantity, price, discount and
/// freight. Every broken rule is reported, not only the first. Money is decimal throughout and leaves as text.
#include "sales_order.h"

static const void *configure(gantry_json settings, gantry_checker *check) { return read_settings(settings, check); }

/// The mapping, by the shape that the settings name.
static gantry_outcome map(const gantry_message *message, const void *given) {
    const struct settings *settings = given;
    gantry_json order;
    gantry_outcome refusal;
    if (!gantry_read_object(message, &order, &refusal)) return refusal;
    return settings->input == NORTHWIND ? map_northwind(order, settings) : map_shop(order, settings);
}

GANTRY_PLUGIN(configure, map);
