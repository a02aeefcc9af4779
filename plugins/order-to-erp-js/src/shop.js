/**
 * The shop's shape: one JSON object per order, with typed members.
 *
 * ```json
 * {
 *   "order_number": "SO-1001", "ordered_at": "2026-03-09T10:15:00+01:00", "requested_delivery": "16.03.2026",
 *   "customer": {"number": "C-7", "name": "Müller & Söhne"},
 *   "shipping_address": {"street": "Obere Str. 57", "postal_code": "12209", "city": "Berlin", "country": "Deutschland"},
 *   "currency": "EUR",
 *   "lines": [{"sku": "PROD-12345", "quantity": 2, "unit_price": 19.99, "discount_percent": 10, "total": 35.98}],
 *   "freight": 4.90, "total": 40.88
 * }
 * ```
 *
 * Members that the mapping doesn't name are ignored.
 */

import {
  alpha2,
  Checker,
  currency,
  Decimal,
  decimalOrNull,
  integer,
  parseDate,
  range,
  stripPrefix,
  text,
  textOrNull,
} from "@gantry/sdk";

import { agree, amount, payable, percent, price, sum } from "./pricing.js";
import { intoOutput, nameOf, productsOf } from "./sales-order.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./sales-order.js").SalesOrder} SalesOrder */
/** @typedef {import("./sales-order.js").Line} Line */
/** @typedef {import("./sales-order.js").ShipTo} ShipTo */
/** @typedef {import("./sales-order.js").Product} Product */
/**
 * @template R
 * @typedef {import("@gantry/sdk/lookup").Rows<R>} Rows
 */

const U32_MAX = 4_294_967_295;

/**
 * The shop's order as the ERP's.
 * @param {unknown} order
 * @param {Settings} settings
 */
export function fromShop(order, settings) {
  const check = new Checker(order);
  const skus = check.each("lines", () => check.text("sku", (sku) => stripPrefix(sku, settings.skuPrefix)));
  const products = productsOf(skus);
  const code = check.field("currency", (value) => currencyOf(value, settings), null);
  // Where the currency is unknown, and reported, amounts are still held against the usual two decimals.
  const pay = (/** @type {Decimal} */ amount) => payable(amount, code ?? "EUR");
  const lines = mapLines(check, products, skus, code, settings);
  const customer = check.within("customer", () => check.field("name", trimmed, ""));
  const date = (/** @type {string} */ text) => parseDate(text, settings.dates);
  /** @type {SalesOrder} */
  const salesOrder = {
    document_type: "sales_order",
    external_number: check.text("order_number"),
    order_date: check.text("ordered_at", date),
    requested_date: check.textOrNull("requested_delivery", date),
    shipped_date: null,
    customer_number: check.within("customer", () => check.text("number")),
    ship_to: shipTo(check, customer),
    currency: code ?? "",
    lines,
    net_total: sum(lines.map((line) => line.amount)),
    freight: check.field("freight", (value) => pay(decimalOrNull(value) ?? Decimal.ZERO), Decimal.ZERO),
    total: check.decimal("total", pay),
  };
  acrossFields(check, salesOrder, settings);
  check.finish();
  return intoOutput(salesOrder);
}
/**
 * @param {unknown} value
 * @param {Settings} settings
 * @returns {string | null}
 */
function currencyOf(value, { defaultCurrency }) {
  return textOrNull(value) === null && defaultCurrency !== null ? defaultCurrency : currency(text(value));
}

/**
 * @param {Checker} check
 * @param {Rows<Product>} products
 * @param {readonly string[]} skus
 * @param {string | null} code
 * @param {Settings} settings
 * @returns {Line[]}
 */
function mapLines(check, products, skus, code, settings) {
  check.rule("lines", skus.length > 0, "no-lines", "an order needs at least one line");
  return check.each("lines", (_, __, at) => {
    const sku = skus[at] ?? "";
    const brokenBefore = check.count;
    const product = check.field("sku", () => (sku === "" ? null : products.known(at, "unknown-product")), null);
    const quantity = check.field("quantity", (value) => range(integer(value, 0, U32_MAX), 1, settings.maxQuantity), 0);
    const unitPrice = check.decimal("unit_price", price);
    const discount = check.decimalOrNull("discount_percent", percent) ?? Decimal.ZERO;
    const stated = check.decimalOrNull("total");
    const isClean = code !== null && check.count === brokenBefore;
    const computed = isClean ? amount(quantity, unitPrice, discount, code) : Decimal.ZERO;
    if (isClean && stated !== null) agree(check, stated, computed, settings, "wrong-line-total");
    return {
      position: (at + 1) * 10,
      item: sku,
      description: nameOf(product),
      quantity,
      unit_price: unitPrice,
      discount_percent: discount,
      amount: computed,
    };
  });
}

/**
 * The text of a member that is a mere fallback: what is wrong with it doesn't matter.
 * @param {unknown} value
 */
function trimmed(value) {
  return typeof value === "string" ? value.trim() : "";
}

/**
 * @param {Checker} check
 * @param {string} customer the name to fall back on
 * @returns {ShipTo}
 */
function shipTo(check, customer) {
  return check.within("shipping_address", () => ({
    name: check.field("name", (name) => textOrNull(name) ?? (customer || text(name)), ""),
    street: check.text("street"),
    postal_code: check.textOrNull("postal_code"),
    city: check.text("city"),
    region: check.textOrNull("region"),
    country: check.text("country", alpha2),
  }));
}

/**
 * Rules that only mean something once every field is right.
 * @param {Checker} check
 * @param {SalesOrder} order
 * @param {Settings} settings
 */
function acrossFields(check, order, settings) {
  if (!check.isClean) return;
  const computed = order.net_total.plus(order.freight);
  agree(check, order.total, computed, settings, "wrong-total");
  const isInOrder = order.requested_date === null || order.requested_date >= order.order_date;
  const text = () => `delivery is asked for before the day of the order, ${order.order_date}`;
  check.rule("requested_delivery", isInOrder, "requested-before-ordered", text);
}
