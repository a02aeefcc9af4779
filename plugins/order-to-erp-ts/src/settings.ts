/**
 * What a flow may set; `plugin.toml` holds the schema.
 */

import { currency, Decimal } from "@gantry/sdk";

export interface Settings {
  /** The shape of the input. */
  readonly input: "shop" | "northwind";
  /** What the shop writes before the article number. */
  readonly skuPrefix: string;
  /** What comes first in `03/09/2026`. */
  readonly dates: "undeclared" | "day_first" | "month_first";
  /** The currency of an order that names none. */
  readonly defaultCurrency: string | null;
  /** How far a stated total may be from the computed one. */
  readonly totalTolerance: Decimal;
  /** The largest plausible quantity of one line. */
  readonly maxQuantity: number;
}

/** As written in the flow, valid against the schema. */
interface Raw {
  readonly input?: Settings["input"];
  readonly sku_prefix?: string;
  readonly dates?: Settings["dates"];
  readonly default_currency?: string;
  readonly total_tolerance?: string;
  readonly max_quantity?: number;
}

/** The settings, checked beyond the schema: a currency must be one. */
export function readSettings(raw: Raw): Settings {
  return {
    input: raw.input ?? "shop",
    skuPrefix: raw.sku_prefix ?? "PROD-",
    dates: raw.dates ?? "undeclared",
    defaultCurrency: raw.default_currency === undefined ? null : currency(raw.default_currency),
    totalTolerance: Decimal.of(raw.total_tolerance ?? "0.01"),
    maxQuantity: raw.max_quantity ?? 10_000,
  };
}
