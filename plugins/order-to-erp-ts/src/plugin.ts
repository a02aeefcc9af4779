/**
 * A shop's order becomes the ERP's sales order.
 *
 * Article numbers lose the shop's prefix and must be in the table `products`; dates become ISO 8601, the country ISO
 * 3166, the currency ISO 4217; line totals and the order's total are checked against quantity, price, discount and
 * freight. Every broken rule is reported, not only the first. Money is decimal throughout and leaves as text.
 *
 * Two shapes of input are understood, a pure function each: a shop's JSON (`shop.ts`) and the orders of the Northwind
 * sample database as a CSV file source hands them over, grouped by order (`northwind.ts`).
 */

import { type Context, type Message, type Output, plugin } from "@gantry/sdk";

import { fromNorthwind } from "./northwind.ts";
import { readSettings, type Settings } from "./settings.ts";
import { fromShop } from "./shop.ts";

/** The mapping, by the shape that the settings name. */
export function map(message: Message, { settings }: Context<Settings>): Output {
  return settings.input === "shop" ? fromShop(message.json(), settings) : fromNorthwind(message.json(), settings);
}

export const transform = plugin(map, readSettings);
