/**
 * Decimals in the notations of people: `1.234` is either one and a bit or more than a thousand, so the author declares
 * which.
 */

import { Decimal, noDecimal } from "../decimal.js";
import { Defect } from "../outcome.js";
import { fits } from "../pattern.js";
import { trimmed } from "./characters.js";

/**
 * How a text writes decimals: `1234.56`, as machines do, without grouping; `1,234.56`; or `1.234,56`.
 * @typedef {"plain" | "point" | "comma"} Notation
 */

/** Beside the notation's own mark, a blank or an apostrophe may set off thousands. */
const NOTATIONS = {
  point: { point: ".", grouped: /[-+]?\d{1,3}(?:[, \u00a0\u202f'’]\d{3})+$/y },
  comma: { point: ",", grouped: /[-+]?\d{1,3}(?:[. \u00a0\u202f'’]\d{3})+$/y },
};
const GROUP_MARKS = /[., \u00a0\u202f'’]/g;

/**
 * The decimal a text stands for. Groups of thousands may be set off by the notation's mark, a blank or an apostrophe;
 * they must be whole (`1.23,4` is `not-a-decimal`).
 * @param {string} text
 * @param {Notation} notation
 * @returns {Decimal}
 */
export function parseDecimal(text, notation) {
  const bare = trimmed(text);
  const plain = notation === "plain" ? bare : withoutGroups(bare, NOTATIONS[notation]);
  const value = Decimal.parse(plain);
  if (value !== undefined) return value;
  throw noDecimal(text, plain);
}

/**
 * The decimal a text in the machines' notation stands for: `1234.56`.
 * @param {string} text
 * @returns {Decimal}
 */
export function plain(text) {
  return parseDecimal(text, "plain");
}

/**
 * The value if it has at most this many decimals, trailing zeros not counted; else `too-many-decimals`.
 * @param {Decimal} value
 * @param {number} decimals
 * @returns {Decimal}
 */
export function atMostDecimals(value, decimals) {
  if (value.scale <= decimals || value.normalized().scale <= decimals) return value;
  throw new Defect("too-many-decimals", `${value} has more than ${decimals} decimals`);
}

/**
 * The text in the plain notation; where its groups aren't groups of thousands, one that is no decimal.
 * @param {string} text
 * @param {{ point: string, grouped: RegExp }} notation
 * @returns {string}
 */
function withoutGroups(text, { point, grouped }) {
  const at = text.indexOf(point);
  const whole = at < 0 ? text : text.slice(0, at);
  const fraction = at < 0 ? "" : `.${text.slice(at + 1)}`;
  const digits = fits(grouped, whole) ? whole.replaceAll(GROUP_MARKS, "") : whole;
  return digits.includes(".") ? "" : digits + fraction;
}
