/**
 * The ERP's sales order, as it is sent. Amounts are JSON strings: a receiver that reads JSON numbers as floats would
 * round them.
 */

import { lookup } from "@gantry/sdk/lookup";
import { idempotencyKey, Output } from "@gantry/sdk";

/** @typedef {import("@gantry/sdk").Decimal} Decimal */

/**
 * @typedef {object} SalesOrder
 * @property {"sales_order"} document_type What the ERP calls this kind of document.
 * @property {string} external_number The shop's order number.
 * @property {string} order_date The day it was ordered.
 * @property {string | null} requested_date The day the customer asked for.
 * @property {string | null} shipped_date The day it left, for orders of the past.
 * @property {string} customer_number The shop's customer number.
 * @property {ShipTo} ship_to Where it goes.
 * @property {string} currency ISO 4217.
 * @property {Line[]} lines What was ordered.
 * @property {Decimal} net_total Sum of the lines.
 * @property {Decimal} freight Cost of freight.
 * @property {Decimal} total Lines and freight.
 */

/**
 * Where an order goes.
 * @typedef {object} ShipTo
 * @property {string} name Person or company.
 * @property {string} street Street and house number.
 * @property {string | null} postal_code Not every country has them.
 * @property {string} city
 * @property {string | null} region State or province.
 * @property {string} country ISO 3166 alpha-2.
 */

/**
 * One line of an order.
 * @typedef {object} Line
 * @property {number} position 10, 20, 30 …
 * @property {string} item The ERP's article number.
 * @property {string | null} description What the table of products calls it.
 * @property {number} quantity How many.
 * @property {Decimal} unit_price Price of one, before the discount.
 * @property {Decimal} discount_percent 0 to 100.
 * @property {Decimal} amount Price of all, after the discount.
 */

/**
 * What the plugin takes of a row of the table of products: its name, by one of the columns that usually hold it.
 * @typedef {{ name?: string | null, description?: string | null, ProductName?: string | null }} Product
 */

/**
 * The products of these article numbers.
 * @param {readonly string[]} numbers
 * @returns {import("@gantry/sdk/lookup").Rows<Product>}
 */
export function productsOf(numbers) {
  return lookup("products", numbers);
}

/**
 * @param {Product | null} product
 * @returns {string | null}
 */
export function nameOf(product) {
  return product?.name ?? product?.description ?? product?.ProductName ?? null;
}

/**
 * The order as a message; a repetition of the same order number is recognised by its idempotency key.
 * @param {SalesOrder} order
 */
export function intoOutput(order) {
  return Output.json(order, { idempotencyKey: idempotencyKey(`order-${order.external_number}`) });
}
