/// What a flow may set.
#pragma once

#include <gantry.hpp>

/// The shape of the input.
enum class Input { shop, northwind };

/// The settings, checked; plugin.toml holds their schema.
struct Settings {
    Input input = Input::shop;
    std::string_view sku_prefix = "PROD-"; ///< What the shop writes before the article number.
    gantry::DateOrder dates = gantry::DateOrder::undeclared;
    std::optional<gantry::quality::Currency> default_currency; ///< Of an order that names none.
    gantry::Decimal total_tolerance{1, 2};                     ///< How far a stated total may be from the computed one.
    std::uint32_t max_quantity = 10'000;                       ///< The largest plausible quantity of one line.

    static Settings read(gantry::Json json, gantry::Checker &check);
};
