/**
 * Plausibility and rules of the business.
 */

import { Decimal } from "../decimal.js";
import { Defect } from "../outcome.js";

/**
 * A rule of the business: throws a defect with this code unless it holds.
 * @param {boolean} holds
 * @param {string} code
 * @param {string | (() => string)} text
 */
export function ensure(holds, code, text) {
  if (!holds) throw new Defect(code, typeof text === "string" ? text : text());
}

/**
 * The value if it is from `low` to `high`, both included, else `out-of-range`. A bound that is null isn't there.
 * @template {number | Decimal} T
 * @param {T} value
 * @param {number | null} low
 * @param {number | null} high
 * @returns {T}
 */
export function range(value, low, high) {
  if (typeof value !== "number" && !(value instanceof Decimal)) {
    throw new TypeError(`range() takes a number or a Decimal, not ${typeof value}`);
  }
  const isTooLow = low !== null && compare(value, low) < 0;
  if (Number.isNaN(value) || isTooLow || (high !== null && compare(value, high) > 0)) {
    throw new Defect("out-of-range", `${value} is outside the plausible range ${bounds(low, high)}`);
  }
  return value;
}

/**
 * The text if it has at most `limit` characters (not UTF-16 units), else `too-long`: what an ERP's column can hold.
 * @param {string} text
 * @param {number} limit
 * @returns {string}
 */
export function length(text, limit) {
  if (!Number.isInteger(limit)) throw new TypeError(`length() takes a whole number as its limit, not ${limit}`);
  const count = text.length <= limit ? 0 : [...text].length;
  if (count > limit) throw new Defect("too-long", `${count} characters, ${limit} fit`);
  return text;
}

/**
 * @param {number | Decimal} value
 * @param {number} bound
 */
function compare(value, bound) {
  return value instanceof Decimal ? value.compare(bound) : value - bound;
}

/**
 * @param {number | null} low
 * @param {number | null} high
 */
function bounds(low, high) {
  return [low === null ? "" : `from ${low}`, high === null ? "" : `to ${high}`].join(" ").trim();
}
