/**
 * The Northwind shape: the rows of one order, all columns as texts, as a CSV file source hands them over when it groups
 * by `OrderID`:
 *
 * ```json
 * {"OrderID": "10248", "rows": [{"CustomerID": "VINET", "ProductID": "11", "UnitPrice": "14", "Quantity": "12", …}, …]}
 * ```
 *
 * The columns of the order itself repeat in each row; the first one is read. The data states no total, so it is
 * computed. Products are known by their `ProductID`. A column that is empty or says `NULL` counts as none.
 */

import { alpha2, Checker, Decimal, Defect, parseDate, plain, range, Refusal, text, textOrNull } from "@gantry/sdk";

import { amount, payable, percent, price, sum } from "./pricing.js";
import { intoOutput, nameOf, productsOf } from "./sales-order.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./sales-order.js").SalesOrder} SalesOrder */
/** @typedef {import("./sales-order.js").Line} Line */

const U32_MAX = 4_294_967_295;
const WHOLE_NUMBER = /^\+?\d+$/;

/**
 * The rows of one order as the ERP's sales order.
 * @param {any} order
 * @param {Settings} settings
 */
export function fromNorthwind(order, settings) {
  const code = settings.defaultCurrency;
  if (code === null) {
    throw Refusal.reject("no-currency", "these orders name no currency: set `default_currency` in the flow");
  }
  const check = new Checker(order);
  const ids = check.each("rows", () => check.text("ProductID"));
  if (ids.length === 0) throw Refusal.invalid("/rows", "no-lines", "an order needs at least one line");
  const products = productsOf(ids);
  const lines = check.each("rows", (_, __, at) => {
    const id = ids[at] ?? "";
    const product = check.field("ProductID", () => (id === "" ? null : products.known(at, "unknown-product")), null);
    return { position: (at + 1) * 10, item: id, description: nameOf(product), ...mapLine(check, code, settings) };
  });
  const { freight, ...head } = check.at("rows", 0, () => mapHead(check, code, settings));
  const netTotal = sum(lines.map((line) => line.amount));
  /** @type {SalesOrder} */
  const salesOrder = {
    document_type: "sales_order",
    external_number: check.text("OrderID"),
    ...head,
    lines,
    net_total: netTotal,
    freight,
    total: netTotal.plus(freight),
  };
  check.finish();
  return intoOutput(salesOrder);
}

/**
 * The columns of a row that belong to its line.
 * @param {Checker} check
 * @param {string} currency
 * @param {Settings} settings
 * @returns {Omit<Line, "position" | "item" | "description">}
 */
function mapLine(check, currency, { maxQuantity }) {
  const brokenBefore = check.count;
  const quantity = check.field("Quantity", (value) => range(wholeNumber(text(value)), 1, maxQuantity), 0);
  const unitPrice = check.field("UnitPrice", (value) => price(plain(text(value))), Decimal.ZERO);
  const discount = check.field("Discount", (value) => asPercent(textOrNull(value) ?? "0"), Decimal.ZERO);
  const isClean = check.count === brokenBefore;
  return {
    quantity,
    unit_price: unitPrice,
    discount_percent: discount,
    amount: isClean ? amount(quantity, unitPrice, discount, currency) : Decimal.ZERO,
  };
}

/**
 * The columns of the first row that belong to the order.
 * @param {Checker} check
 * @param {string} currency
 * @param {Settings} settings
 */
function mapHead(check, currency, { dates }) {
  const date = (/** @type {unknown} */ value) => optional(value, (text) => parseDate(text, dates));
  const orderDate = check.text("OrderDate", (text) => parseDate(text, dates));
  const requestedDate = check.field("RequiredDate", date, null);
  const shippedDate = check.field("ShippedDate", date, null);
  const isInOrder = (/** @type {string | null} */ date) => date === null || date >= orderDate;
  const late = () => `before the day of the order, ${orderDate}`;
  check.rule("RequiredDate", isInOrder(requestedDate), "requested-before-ordered", late);
  check.rule("ShippedDate", isInOrder(shippedDate), "shipped-before-ordered", late);
  return {
    order_date: orderDate,
    requested_date: requestedDate,
    shipped_date: shippedDate,
    customer_number: check.text("CustomerID"),
    ship_to: {
      name: check.text("ShipName"),
      street: check.text("ShipAddress"),
      postal_code: check.field("ShipPostalCode", given, null),
      city: check.text("ShipCity"),
      region: check.field("ShipRegion", given, null),
      country: check.text("ShipCountry", alpha2),
    },
    currency,
    freight: check.field("Freight", (value) => payable(plain(given(value) ?? "0"), currency), Decimal.ZERO),
  };
}

/**
 * A column that is empty or says `NULL` holds nothing.
 * @param {unknown} value
 */
function given(value) {
  const text = textOrNull(value);
  return text === "NULL" ? null : text;
}

/**
 * @template T
 * @param {unknown} value
 * @param {(text: string) => T} read
 * @returns {T | null}
 */
function optional(value, read) {
  const text = given(value);
  return text === null ? null : read(text);
}

/** @param {string} text */
function wholeNumber(text) {
  const number = Number(text);
  if (WHOLE_NUMBER.test(text) && number <= U32_MAX) return number;
  throw new Defect("wrong-type", `\`${text}\` is no whole number`);
}

/** @param {string} fraction 0.05 is five percent */
function asPercent(fraction) {
  return percent(plain(fraction).times(Decimal.ONE_HUNDRED).normalized());
}
