/**
 * A shop's order becomes the ERP's sales order.
 *
 * Article numbers lose the shop's prefix and must be in the table `products`; dates become ISO 8601, the country ISO
 * 3166, the currency ISO 4217; line totals and the order's total are checked against quantity, price, discount and
 * freight. Every broken rule is reported, not only the first. Money is decimal throughout and leaves as text.
 *
 * Two shapes of input are understood, a pure function each: a shop's JSON (`shop.js`) and the orders of the Northwind
 * sample database as a CSV file source hands them over, grouped by order (`northwind.js`).
 */

import { plugin } from "@gantry/sdk";

import { fromNorthwind } from "./northwind.js";
import { readSettings } from "./settings.js";
import { fromShop } from "./shop.js";

/**
 * The mapping, by the shape that the settings name.
 * @param {import("@gantry/sdk").Message} message
 * @param {import("@gantry/sdk").Context<import("./settings.js").Settings>} ctx
 */
export function map(message, { settings }) {
  const order = message.json();
  return settings.input === "shop" ? fromShop(order, settings) : fromNorthwind(order, settings);
}

export const transform = plugin(map, readSettings);
