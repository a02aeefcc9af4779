/// The Northwind shape: the rows of one order, all columns as texts, as a CSV file source hands them over when it
/// groups by `OrderID`:
///
/// ```json
/// {"OrderID": "10248", "rows": [{"CustomerID": "VINET", "ProductID": "11", "UnitPrice": "14", "Quantity": "12", …},
/// …]}
/// ```
///
/// The columns of the order itself repeat in each row; the first one is read. The data states no total, so it is
/// computed. Products are known by their `ProductID`. A column that is empty or says `NULL` counts as none.
#include "pricing.h"
#include "sales_order.h"

/// An order under way: its rows, the rules it breaks, and what it becomes.
struct northwind {
    const struct settings *settings;
    gantry_checker check;
    gantry_json order, rows, head;
    gantry_rows products;
    struct sales_order made;
};

static bool has_shape(struct northwind *northwind) {
    northwind->rows = gantry_array_at(&northwind->check, northwind->order, "rows");
    northwind->head = gantry_element(northwind->rows, 0);
    gantry_enter(&northwind->check, "rows");
    for (gantry_each each = gantry_each_of(northwind->rows); gantry_next(&each);) {
        gantry_enter_element(&northwind->check, each.index);
        gantry_check(&northwind->check, NULL, gantry_as_object(each.value));
        gantry_leave(&northwind->check);
    }
    gantry_leave(&northwind->check);
    return gantry_is_clean(&northwind->check);
}

/// A column; one that is empty or says `NULL` holds nothing.
static gantry_defect given(gantry_json row, const char *column, gantry_text *text) {
    gantry_defect defect = gantry_as_text_or_none(gantry_member(row, column), text);
    gantry_text none = {NULL, 0};
    if (gantry_is_fine(defect) && text->ptr && gantry_is(*text, "NULL")) *text = none;
    return defect;
}

static gantry_text given_at(struct northwind *northwind, const char *column) {
    gantry_text text, none = {NULL, 0};
    return gantry_check(&northwind->check, column, given(northwind->head, column, &text)) ? text : none;
}

static gantry_date given_date_at(struct northwind *northwind, const char *column) {
    gantry_date date = {0};
    gantry_text text;
    gantry_defect defect = given(northwind->head, column, &text);
    if (gantry_is_fine(defect) && text.ptr) defect = gantry_date_parse(text, northwind->settings->dates, &date);
    gantry_check(&northwind->check, column, defect);
    return date;
}

static gantry_text *ids_of(struct northwind *northwind) {
    gantry_text *ids = gantry_array(gantry_text, gantry_count(northwind->rows));
    gantry_enter(&northwind->check, "rows");
    for (gantry_each each = gantry_each_of(northwind->rows); gantry_next(&each);) {
        gantry_enter_element(&northwind->check, each.index);
        ids[each.index] = gantry_text_at(&northwind->check, each.value, "ProductID");
        if (!ids[each.index].ptr) ids[each.index] = gantry_lit("");
        gantry_leave(&northwind->check);
    }
    gantry_leave(&northwind->check);
    return ids;
}

static uint32_t quantity_at(struct northwind *northwind, gantry_json row) {
    gantry_text text;
    gantry_decimal number = {0};
    gantry_defect defect = gantry_as_text(gantry_member(row, "Quantity"), &text);
    if (gantry_is_fine(defect)) {
        bool is_whole = gantry_is_fine(gantry_decimal_parse(text, GANTRY_PLAIN, &number)) && number.scale == 0 &&
                        text.ptr[0] != '-' && number.mantissa <= UINT32_MAX;
        defect = gantry_ensure(is_whole, "wrong-type", "`%.*s` is no whole number", GANTRY_ARG(text));
    }
    if (gantry_is_fine(defect)) defect = gantry_range((int64_t)number.mantissa, 1, northwind->settings->max_quantity);
    return gantry_check(&northwind->check, "Quantity", defect) ? (uint32_t)number.mantissa : 0;
}

static gantry_decimal price_at(struct northwind *northwind, gantry_json row) {
    gantry_text text;
    gantry_decimal amount = {0}, nothing = {0};
    gantry_defect defect = gantry_as_text(gantry_member(row, "UnitPrice"), &text);
    if (gantry_is_fine(defect)) defect = gantry_decimal_parse(text, GANTRY_PLAIN, &amount);
    if (gantry_is_fine(defect)) defect = price(amount);
    return gantry_check(&northwind->check, "UnitPrice", defect) ? amount : nothing;
}

/// A fraction, 0.05, as percent, 5.
static gantry_decimal discount_at(struct northwind *northwind, gantry_json row) {
    gantry_text text;
    gantry_decimal fraction = {0}, hundredfold = {0}, nothing = {0};
    gantry_defect defect = gantry_as_text_or_none(gantry_member(row, "Discount"), &text);
    if (gantry_is_fine(defect) && text.ptr) defect = gantry_decimal_parse(text, GANTRY_PLAIN, &fraction);
    if (gantry_is_fine(defect)) {
        bool has_room = gantry_decimal_mul(fraction, gantry_decimal_of(100, 0), &hundredfold);
        hundredfold = gantry_decimal_normalised(hundredfold);
        defect = gantry_ensure(has_room, "out-of-range", "the discount is beyond all numbers");
    }
    if (gantry_is_fine(defect)) defect = percent(hundredfold);
    return gantry_check(&northwind->check, "Discount", defect) ? hundredfold : nothing;
}

static struct line map_row(struct northwind *northwind, gantry_json row, size_t at, gantry_text id) {
    gantry_checker *check = &northwind->check;
    if (id.length) gantry_check(check, "ProductID", gantry_known(&northwind->products, at, "unknown-product"));
    struct line made = {.item = id, .description = product_name(&northwind->products, at)};
    size_t broken_before = check->count;
    made.quantity = quantity_at(northwind, row);
    made.unit_price = price_at(northwind, row);
    made.discount_percent = discount_at(northwind, row);
    if (check->count == broken_before) {
        gantry_check(
            check, NULL,
            line_amount(made.quantity, made.unit_price, made.discount_percent, northwind->made.currency, &made.amount));
    }
    return made;
}

static void map_rows(struct northwind *northwind, const gantry_text *ids) {
    struct line *lines = gantry_array(struct line, gantry_count(northwind->rows));
    gantry_enter(&northwind->check, "rows");
    for (gantry_each each = gantry_each_of(northwind->rows); gantry_next(&each);) {
        gantry_enter_element(&northwind->check, each.index);
        lines[each.index] = map_row(northwind, each.value, each.index, ids[each.index]);
        gantry_leave(&northwind->check);
    }
    gantry_leave(&northwind->check);
    northwind->made.lines = lines;
    northwind->made.line_count = gantry_count(northwind->rows);
}

static void check_order_of(struct northwind *northwind, const char *column, gantry_date date, const char *code) {
    gantry_text ordered = gantry_date_text(northwind->made.order_date);
    bool in_order = !gantry_is_date(date) || gantry_date_compare(date, northwind->made.order_date) >= 0;
    gantry_rule(&northwind->check, column, in_order, code, "before the day of the order, %.*s", GANTRY_ARG(ordered));
}

static gantry_decimal freight_at(struct northwind *northwind) {
    gantry_text text;
    gantry_decimal amount = {0};
    gantry_defect defect = given(northwind->head, "Freight", &text);
    if (gantry_is_fine(defect) && text.ptr) defect = gantry_decimal_parse(text, GANTRY_PLAIN, &amount);
    if (gantry_is_fine(defect)) defect = payable(&amount, northwind->made.currency);
    gantry_check(&northwind->check, "Freight", defect);
    return amount;
}

/// What the first row says of the order as a whole.
static void map_head(struct northwind *northwind) {
    struct sales_order *made = &northwind->made;
    gantry_checker *check = &northwind->check;
    gantry_json head = northwind->head;
    made->order_date = gantry_date_at(check, head, "OrderDate", northwind->settings->dates);
    made->requested_date = given_date_at(northwind, "RequiredDate");
    made->shipped_date = given_date_at(northwind, "ShippedDate");
    check_order_of(northwind, "RequiredDate", made->requested_date, "requested-before-ordered");
    check_order_of(northwind, "ShippedDate", made->shipped_date, "shipped-before-ordered");
    made->customer_number = gantry_text_at(check, head, "CustomerID");
    made->ship_to.name = gantry_text_at(check, head, "ShipName");
    made->ship_to.street = gantry_text_at(check, head, "ShipAddress");
    made->ship_to.postal_code = given_at(northwind, "ShipPostalCode");
    made->ship_to.city = gantry_text_at(check, head, "ShipCity");
    made->ship_to.region = given_at(northwind, "ShipRegion");
    made->ship_to.country = gantry_country_at(check, head, "ShipCountry");
    made->freight = freight_at(northwind);
}

static void add_up(struct northwind *northwind) {
    struct sales_order *made = &northwind->made;
    gantry_defect defect = gantry_fine();
    for (size_t at = 0; at < made->line_count && gantry_is_fine(defect); at++) {
        defect = add(made->net_total, made->lines[at].amount, &made->net_total);
    }
    if (gantry_is_fine(defect)) defect = add(made->net_total, made->freight, &made->total);
    gantry_check(&northwind->check, NULL, defect);
}

gantry_outcome map_northwind(gantry_json order, const struct settings *settings) {
    struct northwind northwind = {.settings = settings, .order = order};
    gantry_outcome refusal;
    if (!has_shape(&northwind)) return gantry_refuse(&northwind.check);
    if (!has_currency(settings->default_currency)) {
        return gantry_reject("no-currency", "these orders name no currency: set `default_currency` in the flow");
    }
    if (!northwind.head.node) return gantry_invalid("/rows", "no-lines", "an order needs at least one line");
    northwind.made.currency = settings->default_currency;
    gantry_text *ids = ids_of(&northwind);
    if (!find_products(ids, gantry_count(northwind.rows), &northwind.products, &refusal)) return refusal;
    map_rows(&northwind, ids);
    gantry_enter(&northwind.check, "rows");
    gantry_enter_element(&northwind.check, 0);
    map_head(&northwind);
    gantry_leave(&northwind.check);
    gantry_leave(&northwind.check);
    northwind.made.external_number = gantry_text_at(&northwind.check, order, "OrderID");
    add_up(&northwind);
    return gantry_is_clean(&northwind.check) ? send_order(&northwind.made) : gantry_refuse(&northwind.check);
}
