/// The shop's shape: one JSON object per order, with typed members.
///
/// ```json
/// {
///   "order_number": "SO-1001", "ordered_at": "2026-03-09T10:15:00+01:00", "requested_delivery": "16.03.2026",
///   "customer": {"number": "C-7", "name": "Müller & Söhne"},
///   "shipping_address": {"street": "Obere Str. 57", "postal_code": "12209", "city": "Berlin", "country":
///   "Deutschland"}, "currency": "EUR", "lines": [{"sku": "PROD-12345", "quantity": 2, "unit_price": 19.99,
///   "discount_percent": 10, "total": 35.98}], "freight": 4.90, "total": 40.88
/// }
/// ```
#include "pricing.h"
#include "sales_order.h"

/// An order under way: its parts, the rules it breaks, and what it becomes.
struct shop {
    const struct settings *settings;
    gantry_checker check;
    gantry_json order, customer, address, lines;
    gantry_rows products;
    struct sales_order made;
};

/// Whether the parts of the order have the right shape; otherwise it can't be read at all.
static bool has_shape(struct shop *shop) {
    shop->customer = gantry_object_at(&shop->check, shop->order, "customer");
    shop->address = gantry_object_at(&shop->check, shop->order, "shipping_address");
    shop->lines = gantry_array_at(&shop->check, shop->order, "lines");
    gantry_enter(&shop->check, "lines");
    for (gantry_each each = gantry_each_of(shop->lines); gantry_next(&each);) {
        gantry_enter_element(&shop->check, each.index);
        gantry_check(&shop->check, NULL, gantry_as_object(each.value));
        gantry_leave(&shop->check);
    }
    gantry_leave(&shop->check);
    return gantry_is_clean(&shop->check);
}

static gantry_text item_at(struct shop *shop, gantry_json line) {
    gantry_text given, item = {"", 0};
    gantry_defect defect = gantry_as_text(gantry_member(line, "sku"), &given);
    if (gantry_is_fine(defect)) defect = gantry_sku(given, shop->settings->sku_prefix, &item);
    gantry_check(&shop->check, "sku", defect);
    return item;
}

static gantry_text *items_of(struct shop *shop) {
    gantry_text *items = gantry_array(gantry_text, gantry_count(shop->lines));
    gantry_enter(&shop->check, "lines");
    for (gantry_each each = gantry_each_of(shop->lines); gantry_next(&each);) {
        gantry_enter_element(&shop->check, each.index);
        items[each.index] = item_at(shop, each.value);
        gantry_leave(&shop->check);
    }
    gantry_leave(&shop->check);
    return items;
}

static gantry_currency currency_of(struct shop *shop) {
    gantry_text given;
    gantry_defect defect = gantry_as_text_or_none(gantry_member(shop->order, "currency"), &given);
    bool is_left_out = gantry_is_fine(defect) && !given.ptr;
    if (is_left_out && has_currency(shop->settings->default_currency)) return shop->settings->default_currency;
    return gantry_currency_at(&shop->check, shop->order, "currency");
}

/// A decimal that must be given, or else `otherwise`, and that a rule allows.
static gantry_decimal ruled_at(struct shop *shop, gantry_json object, const char *name, const gantry_decimal *otherwise,
                               gantry_defect (*rule)(gantry_decimal)) {
    gantry_decimal value = {0}, nothing = {0};
    gantry_json member = gantry_member(object, name);
    gantry_defect defect = gantry_fine();
    if (otherwise && gantry_kind_of(member) <= GANTRY_NULL) {
        value = *otherwise;
    } else {
        defect = gantry_as_decimal(member, &value);
    }
    if (gantry_is_fine(defect)) defect = rule(value);
    return gantry_check(&shop->check, name, defect) ? value : nothing;
}

static uint32_t quantity_of(struct shop *shop, gantry_json line) {
    uint32_t quantity = 0;
    gantry_defect defect = gantry_as_u32(gantry_member(line, "quantity"), &quantity);
    if (gantry_is_fine(defect)) defect = gantry_range(quantity, 1, shop->settings->max_quantity);
    gantry_check(&shop->check, "quantity", defect);
    return quantity;
}

static void check_amount(struct shop *shop, gantry_json line, gantry_decimal stated, struct line *made) {
    gantry_defect defect =
        line_amount(made->quantity, made->unit_price, made->discount_percent, shop->made.currency, &made->amount);
    if (!gantry_check(&shop->check, NULL, defect) || !gantry_is_given(gantry_member(line, "total"))) return;
    defect = agreed(stated, made->amount, shop->settings->total_tolerance, "wrong-line-total");
    gantry_check(&shop->check, "total", defect);
}

static struct line map_line(struct shop *shop, gantry_json line, size_t at, gantry_text item) {
    size_t broken_before = shop->check.count;
    const gantry_decimal nothing = {0};
    if (item.length) gantry_check(&shop->check, "sku", gantry_known(&shop->products, at, "unknown-product"));
    struct line made = {.item = item, .description = product_name(&shop->products, at)};
    made.quantity = quantity_of(shop, line);
    made.unit_price = ruled_at(shop, line, "unit_price", NULL, price);
    made.discount_percent = ruled_at(shop, line, "discount_percent", &nothing, percent);
    gantry_decimal stated = gantry_decimal_or_at(&shop->check, line, "total", nothing);
    if (shop->check.count == broken_before && has_currency(shop->made.currency))
        check_amount(shop, line, stated, &made);
    return made;
}

static void map_lines(struct shop *shop, const gantry_text *items) {
    size_t count = gantry_count(shop->lines);
    struct line *lines = gantry_array(struct line, count);
    gantry_rule(&shop->check, "lines", count > 0, "no-lines", "an order needs at least one line");
    gantry_enter(&shop->check, "lines");
    for (gantry_each each = gantry_each_of(shop->lines); gantry_next(&each);) {
        gantry_enter_element(&shop->check, each.index);
        lines[each.index] = map_line(shop, each.value, each.index, items[each.index]);
        gantry_leave(&shop->check);
    }
    gantry_leave(&shop->check);
    shop->made.lines = lines;
    shop->made.line_count = count;
}

/// The address's own name, else the customer's.
static gantry_text recipient(struct shop *shop) {
    gantry_text own, customer;
    gantry_defect defect = gantry_as_text_or_none(gantry_member(shop->address, "name"), &own);
    gantry_defect of_customer = gantry_as_text_or_none(gantry_member(shop->customer, "name"), &customer);
    bool has_fallback = gantry_is_fine(of_customer) && customer.ptr;
    if (gantry_is_fine(defect) && !own.ptr && has_fallback) return customer;
    return gantry_text_at(&shop->check, shop->address, "name");
}

static struct ship_to map_address(struct shop *shop) {
    gantry_checker *check = &shop->check;
    struct ship_to to;
    gantry_enter(check, "shipping_address");
    to.name = recipient(shop);
    to.street = gantry_text_at(check, shop->address, "street");
    to.postal_code = gantry_text_or_none_at(check, shop->address, "postal_code");
    to.city = gantry_text_at(check, shop->address, "city");
    to.region = gantry_text_or_none_at(check, shop->address, "region");
    to.country = gantry_country_at(check, shop->address, "country");
    gantry_leave(check);
    return to;
}

/// A freight or a total. Where the currency is unknown, and reported, it is still held against the usual two decimals.
static gantry_decimal payable_at(struct shop *shop, const char *name, bool is_mandatory) {
    const gantry_currency usual = {"EUR", 2};
    gantry_decimal amount = {0};
    gantry_json given = gantry_member(shop->order, name);
    gantry_defect defect = gantry_fine();
    if (is_mandatory || gantry_kind_of(given) > GANTRY_NULL) defect = gantry_as_decimal(given, &amount);
    if (gantry_is_fine(defect)) {
        defect = payable(&amount, has_currency(shop->made.currency) ? shop->made.currency : usual);
    }
    gantry_check(&shop->check, name, defect);
    return amount;
}

/// Rules that only mean something once every field is right.
static void check_across_fields(struct shop *shop) {
    struct sales_order *made = &shop->made;
    gantry_checker *check = &shop->check;
    if (!gantry_is_clean(check)) return;
    gantry_decimal computed = {0};
    gantry_defect defect = gantry_fine();
    for (size_t at = 0; at < made->line_count && gantry_is_fine(defect); at++) {
        defect = add(made->net_total, made->lines[at].amount, &made->net_total);
    }
    if (gantry_is_fine(defect)) defect = add(made->net_total, made->freight, &computed);
    if (gantry_is_fine(defect)) {
        defect = agreed(made->total, computed, shop->settings->total_tolerance, "wrong-total");
    }
    gantry_check(check, "total", defect);
    bool in_order =
        !gantry_is_date(made->requested_date) || gantry_date_compare(made->requested_date, made->order_date) >= 0;
    gantry_text ordered = gantry_date_text(made->order_date);
    gantry_rule(check, "requested_delivery", in_order, "requested-before-ordered",
                "delivery is asked for before the day of the order, %.*s", GANTRY_ARG(ordered));
}

gantry_outcome map_shop(gantry_json order, const struct settings *settings) {
    struct shop shop = {.settings = settings, .order = order};
    gantry_outcome refusal;
    if (!has_shape(&shop)) return gantry_refuse(&shop.check);
    gantry_text *items = items_of(&shop);
    if (!find_products(items, gantry_count(shop.lines), &shop.products, &refusal)) return refusal;
    shop.made.currency = currency_of(&shop);
    map_lines(&shop, items);
    shop.made.external_number = gantry_text_at(&shop.check, order, "order_number");
    shop.made.order_date = gantry_date_at(&shop.check, order, "ordered_at", settings->dates);
    shop.made.requested_date = gantry_date_or_none_at(&shop.check, order, "requested_delivery", settings->dates);
    gantry_enter(&shop.check, "customer");
    shop.made.customer_number = gantry_text_at(&shop.check, shop.customer, "number");
    gantry_leave(&shop.check);
    shop.made.ship_to = map_address(&shop);
    shop.made.freight = payable_at(&shop, "freight", false);
    shop.made.total = payable_at(&shop, "total", true);
    check_across_fields(&shop);
    return gantry_is_clean(&shop.check) ? send_order(&shop.made) : gantry_refuse(&shop.check);
}
