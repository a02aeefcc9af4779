/// What a flow may set.
#pragma once

#include <gantry.h>

/// The shape of the input.
enum input { SHOP, NORTHWIND };

/// The settings, checked; plugin.toml holds their schema.
struct settings {
    enum input input;
    gantry_text sku_prefix; ///< What the shop writes before the article number.
    gantry_date_order dates;
    gantry_currency default_currency; ///< Of an order that names none; may be none itself.
    gantry_decimal total_tolerance;   ///< How far a stated total may be from the computed one.
    uint32_t max_quantity;            ///< The largest plausible quantity of one line.
};

static inline bool has_currency(gantry_currency currency) { return currency.code[0] != '\0'; }

const struct settings *read_settings(gantry_json settings, gantry_checker *check);
