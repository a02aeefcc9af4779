/// Writing the sales order, and the table of products.
#include "sales_order.h"

static void put_ship_to(gantry_writer *out, const struct ship_to *to) {
    gantry_put_object(out, "ship_to");
    gantry_put_text(out, "name", to->name);
    gantry_put_text(out, "street", to->street);
    gantry_put_text(out, "postal_code", to->postal_code);
    gantry_put_text(out, "city", to->city);
    gantry_put_text(out, "region", to->region);
    gantry_put_text(out, "country", to->country);
    gantry_end_object(out);
}

static void put_lines(gantry_writer *out, const struct sales_order *order) {
    gantry_put_array(out, "lines");
    for (size_t at = 0; at < order->line_count; at++) {
        const struct line *line = &order->lines[at];
        gantry_put_object(out, NULL);
        gantry_put_u64(out, "position", (at + 1) * 10);
        gantry_put_text(out, "item", line->item);
        gantry_put_text(out, "description", line->description);
        gantry_put_u64(out, "quantity", line->quantity);
        gantry_put_decimal(out, "unit_price", line->unit_price);
        gantry_put_decimal(out, "discount_percent", line->discount_percent);
        gantry_put_decimal(out, "amount", line->amount);
        gantry_end_object(out);
    }
    gantry_end_array(out);
}

gantry_outcome send_order(const struct sales_order *order) {
    gantry_writer out = gantry_writer_new();
    gantry_put_object(&out, NULL);
    gantry_put_text(&out, "document_type", gantry_lit("sales_order"));
    gantry_put_text(&out, "external_number", order->external_number);
    gantry_put_date(&out, "order_date", order->order_date);
    gantry_put_date(&out, "requested_date", order->requested_date);
    gantry_put_date(&out, "shipped_date", order->shipped_date);
    gantry_put_text(&out, "customer_number", order->customer_number);
    put_ship_to(&out, &order->ship_to);
    gantry_put_text(&out, "currency", gantry_lit(order->currency.code));
    put_lines(&out, order);
    gantry_put_decimal(&out, "net_total", order->net_total);
    gantry_put_decimal(&out, "freight", order->freight);
    gantry_put_decimal(&out, "total", order->total);
    gantry_end_object(&out);
    gantry_output output = gantry_output_json(gantry_written(&out));
    output.idempotency_key = GANTRY_IDEMPOTENCY_KEY(gantry_format("order-%.*s", GANTRY_ARG(order->external_number)));
    return gantry_emit(output);
}

/// The column that holds the name; missing where none does.
static gantry_json name_column(gantry_json row) {
    static const char *const columns[] = {"name", "description", "ProductName"};
    gantry_json name = {NULL, NULL};
    for (size_t at = 0; at < sizeof columns / sizeof *columns && !gantry_is_given(name); at++) {
        name = gantry_member(row, columns[at]);
    }
    return name;
}

bool find_products(const gantry_text *items, size_t count, gantry_rows *products, gantry_outcome *refusal) {
    if (!gantry_lookup("products", items, count, products, refusal)) return false;
    for (size_t at = 0; at < products->count; at++) {
        gantry_json row = gantry_row(products, at);
        gantry_text name;
        gantry_defect defect = gantry_fine();
        if (row.node) defect = gantry_as_object(row);
        if (gantry_is_given(name_column(row))) defect = gantry_as_string(name_column(row), &name);
        if (gantry_is_fine(defect)) continue;
        *refusal = gantry_unfit_row(products, at, defect);
        return false;
    }
    return true;
}

gantry_text product_name(const gantry_rows *products, size_t position) {
    gantry_json name = name_column(gantry_row(products, position));
    gantry_text none = {NULL, 0};
    return gantry_is_given(name) ? gantry_string(name) : none;
}
