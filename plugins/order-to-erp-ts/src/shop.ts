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
  type Json,
  type Output,
  parseDate,
  range,
  stripPrefix,
  text,
  textOrNull,
} from "@gantry/sdk";
import type { Rows } from "@gantry/sdk/lookup";

import { agree, amount, payable, percent, price, sum } from "./pricing.ts";
import {
  intoOutput,
  type Line,
  nameOf,
  type Product,
  productsOf,
  type SalesOrder,
  type ShipTo,
} from "./sales-order.ts";
import type { Settings } from "./settings.ts";

const U32_MAX = 4_294_967_295;

/** The shop's order as the ERP's. */
export function fromShop(order: Json, settings: Settings): Output {
  const check = new Checker(order);
  const skus = check.each("lines", () => check.text("sku", (sku) => stripPrefix(sku, settings.skuPrefix)));
  const products = productsOf(skus);
  const code = check.field<string | null>("currency", (value) => currencyOf(value, settings), null);
  // Where the currency is unknown, and reported, amounts are still held against the usual two decimals.
  const pay = (amount: Decimal) => payable(amount, code ?? "EUR");
  const lines = mapLines(check, products, skus, code, settings);
  const customer = check.within("customer", () => check.field("name", trimmed, ""));
  const date = (text: string) => parseDate(text, settings.dates);
  const salesOrder: SalesOrder = {
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

function currencyOf(value: unknown, { defaultCurrency }: Settings): string {
  return textOrNull(value) === null && defaultCurrency !== null ? defaultCurrency : currency(text(value));
}

function mapLines(
  check: Checker,
  products: Rows<Product>,
  skus: readonly string[],
  code: string | null,
  settings: Settings,
): Line[] {
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

/** The text of a member that is a mere fallback: what is wrong with it doesn't matter. */
function trimmed(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

function shipTo(check: Checker, customer: string): ShipTo {
  return check.within("shipping_address", () => ({
    name: check.field("name", (name) => textOrNull(name) ?? (customer || text(name)), ""),
    street: check.text("street"),
    postal_code: check.textOrNull("postal_code"),
    city: check.text("city"),
    region: check.textOrNull("region"),
    country: check.text("country", alpha2),
  }));
}

/** Rules that only mean something once every field is right. */
function acrossFields(check: Checker, order: SalesOrder, settings: Settings): void {
  if (!check.isClean) return;
  const computed = order.net_total.plus(order.freight);
  agree(check, order.total, computed, settings, "wrong-total");
  const isInOrder = order.requested_date === null || order.requested_date >= order.order_date;
  const text = () => `delivery is asked for before the day of the order, ${order.order_date}`;
  check.rule("requested_delivery", isInOrder, "requested-before-ordered", text);
}
