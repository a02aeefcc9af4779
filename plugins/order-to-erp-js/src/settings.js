/**
 * What a flow may set; `plugin.toml` holds the schema.
 */

import { currency, Decimal } from "@gantry/sdk";

/**
 * @typedef {object} Settings
 * @property {"shop" | "northwind"} input The shape of the input.
 * @property {string} skuPrefix What the shop writes before the article number.
 * @property {"undeclared" | "day_first" | "month_first"} dates What comes first in `03/09/2026`.
 * @property {string | null} defaultCurrency The currency of an order that names none.
 * @property {Decimal} totalTolerance How far a stated total may be from the computed one.
 * @property {number} maxQuantity The largest plausible quantity of one line.
 */

/**
 * The settings, checked beyond the schema: a currency must be one.
 * @param {any} raw
 * @returns {Settings}
 */
export function readSettings(raw) {
  return {
    input: raw.input ?? "shop",
    skuPrefix: raw.sku_prefix ?? "PROD-",
    dates: raw.dates ?? "undeclared",
    defaultCurrency: raw.default_currency === undefined ? null : currency(raw.default_currency),
    totalTolerance: Decimal.of(raw.total_tolerance ?? "0.01"),
    maxQuantity: raw.max_quantity ?? 10_000,
  };
}
