/// Reading the settings, with a default for each.
#include "settings.hpp"

using namespace gantry;

static Checked<Input> input(std::string_view name) {
    if (name == "shop") return Input::shop;
    if (name == "northwind") return Input::northwind;
    return Defect{"wrong-value", join("there is no shape `", name, "`")};
}

Settings Settings::read(Json json, Checker &check) {
    Settings settings;
    if (auto shape = json["input"]; shape.is_given()) {
        settings.input = check.field("input", shape.text().and_then(::input));
    }
    settings.sku_prefix = check.field("sku_prefix", json["sku_prefix"].value_or(settings.sku_prefix, &Json::string));
    if (auto dates = json["dates"]; dates.is_given()) {
        settings.dates = check.field("dates", dates.text().and_then(date_order));
    }
    if (auto currency = json["default_currency"]; currency.is_given()) {
        settings.default_currency = check.field("default_currency", currency.text().and_then(quality::currency));
    }
    auto tolerance = json["total_tolerance"].value_or(settings.total_tolerance, &Json::decimal);
    settings.total_tolerance = check.field("total_tolerance", tolerance);
    settings.max_quantity =
        check.field("max_quantity", json["max_quantity"].value_or(settings.max_quantity, &Json::u32));
    return settings;
}
