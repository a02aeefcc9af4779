/**
 * Currencies by ISO 4217.
 */

import { trimmed } from "./characters.js";
import { CURRENCIES } from "./data/currencies.js";
import { Defect } from "../outcome.js";

/** @type {ReadonlyMap<string, number>} Decimals by code. */
const DECIMALS = new Map(
  CURRENCIES.split("\n").map((line) => /** @type {const} */ ([line.slice(0, 3), Number(line.slice(4))])),
);

/**
 * The ISO 4217 code of a currency given by its code, in whatever case; anything else is an `unknown-currency`.
 * @param {string} code
 * @returns {string}
 */
export function currency(code) {
  const bare = trimmed(code);
  const upper = /^[A-Za-z]{3}$/.test(bare) ? bare.toUpperCase() : "";
  if (!DECIMALS.has(upper)) throw new Defect("unknown-currency", `\`${code}\` is no currency of ISO 4217`);
  return upper;
}

/**
 * How many decimals amounts in this currency have: 2 for the euro, 0 for the yen.
 * @param {string} code as {@link currency} gives it
 * @returns {number}
 */
export function currencyDecimals(code) {
  return DECIMALS.get(code) ?? 2;
}
