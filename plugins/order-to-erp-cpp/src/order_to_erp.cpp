/// A shop's order becomes the ERP's sales order.
///
/// Article numbers lose the shop's prefix and must be in the table `products`; dates become ISO 8601, the country ISO
/// 3166, the currency ISO 4217; line totals and the order's total are checked against quantity, price, discount and
/// freight. Every broken rule is reported, not only the first. Money is decimal throughout and leaves as text.
#include "sales_order.hpp"

using namespace gantry;

/// The mapping, by the shape that the settings name.
static Outcome map(const Message &message, const Settings &settings) {
    auto order = message.object();
    if (!order) return order.error();
    return settings.input == Input::northwind ? map_northwind(*order, settings) : map_shop(*order, settings);
}

GANTRY_PLUGIN(map);
