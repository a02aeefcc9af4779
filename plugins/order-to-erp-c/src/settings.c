/// Reading the settings, with a default for each.
#include "settings.h"

static void read_input(struct settings *into, gantry_json settings, gantry_checker *check) {
    gantry_text name = gantry_text_at(check, settings, "input");
    into->input = gantry_is(name, "northwind") ? NORTHWIND : SHOP;
    gantry_rule(check, "input", into->input == NORTHWIND || gantry_is(name, "shop"), "wrong-value", "no such shape");
}

static void read_dates(struct settings *into, gantry_json settings, gantry_checker *check) {
    gantry_text name = gantry_text_at(check, settings, "dates");
    gantry_rule(check, "dates", gantry_date_order_of(name, &into->dates), "wrong-value", "no such order");
}

const struct settings *read_settings(gantry_json settings, gantry_checker *check) {
    struct settings *into = gantry_array(struct settings, 1);
    *into = (struct settings){
        .input = SHOP,
        .sku_prefix = gantry_lit("PROD-"),
        .dates = GANTRY_UNDECLARED,
        .total_tolerance = gantry_decimal_of(1, 2),
        .max_quantity = 10000,
    };
    if (gantry_is_given(gantry_member(settings, "input"))) read_input(into, settings, check);
    if (gantry_is_given(gantry_member(settings, "dates"))) read_dates(into, settings, check);
    if (gantry_is_given(gantry_member(settings, "sku_prefix"))) {
        into->sku_prefix = gantry_string_at(check, settings, "sku_prefix");
    }
    if (gantry_is_given(gantry_member(settings, "default_currency"))) {
        into->default_currency = gantry_currency_at(check, settings, "default_currency");
    }
    into->total_tolerance = gantry_decimal_or_at(check, settings, "total_tolerance", into->total_tolerance);
    if (gantry_is_given(gantry_member(settings, "max_quantity"))) {
        into->max_quantity = gantry_u32_at(check, settings, "max_quantity");
    }
    return into;
}
