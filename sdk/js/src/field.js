/**
 * Readers of one member of the input: from any JSON value, or none, to a value of the right type.
 *
 * Each throws the {@link Defect} it finds; `Checker` adds the place and goes on. They can be used on their own too:
 * `check.field("quantity", (value) => range(integer(value), 1, 999), 0)`.
 *
 * | code | the member is |
 * |---|---|
 * | `missing-field` | absent or null |
 * | `empty-field` | nothing but blanks |
 * | `wrong-type` | a text where a number belongs, or the like |
 * | `not-a-decimal` | a text or a number that no decimal can be made of |
 */

import { Decimal, noDecimal } from "./decimal.js";
import { NumberLiteral } from "./json/literal.js";
import { Defect } from "./outcome.js";

/**
 * A text without surrounding blanks; it must not be empty.
 * @param {unknown} value
 * @returns {string}
 */
export function text(value) {
  if (typeof value !== "string") throw mismatch(value, "a text");
  const trimmed = value.trim();
  if (trimmed === "") throw new Defect("empty-field", "this must not be empty");
  return trimmed;
}

/**
 * The text without surrounding blanks where there is any: a column that a CSV export left empty counts as none.
 * @param {unknown} value
 * @returns {string | null}
 */
export function textOrNull(value) {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw mismatch(value, "a text");
  const trimmed = value.trim();
  return trimmed === "" ? null : trimmed;
}

/**
 * A decimal, digit for digit: from a JSON number, or from a text in the machines' notation (`1234.56`), which is how
 * careful systems write money.
 * @param {unknown} value
 * @returns {Decimal}
 */
export function decimal(value) {
  const found = asDecimal(value);
  if (found !== undefined) return found;
  throw noDecimal(value, String(value).trim());
}

/**
 * The same where there is a value: a column that a CSV export left empty counts as none.
 * @param {unknown} value
 * @returns {Decimal | null}
 */
export function decimalOrNull(value) {
  if (typeof value === "string" && value.trim() === "") return null;
  return value === undefined || value === null ? null : decimal(value);
}

/**
 * A whole number in this range; a number outside it is a `wrong-type`, since it doesn't fit, and so is one that is written
 * with a point or an exponent. What the business takes for plausible is a matter of `range`; beyond 2^53 use `bigint`.
 * @param {unknown} value
 * @param {number} [low]
 * @param {number} [high]
 * @returns {number}
 */
export function integer(value, low = Number.MIN_SAFE_INTEGER, high = Number.MAX_SAFE_INTEGER) {
  const number = value instanceof NumberLiteral && value.source === "-0" ? 0 : /** @type {number} */ (value);
  if (Number.isSafeInteger(number) && number >= low && number <= high) return number;
  throw mismatch(value, `a whole number from ${low} to ${high}`);
}

/**
 * A whole number of any size, or of this range, with all its digits; a number outside it is a `wrong-type`.
 * @param {unknown} value
 * @param {bigint} [low]
 * @param {bigint} [high]
 * @returns {bigint}
 */
export function bigint(value, low, high) {
  const whole = asWhole(value);
  const isWithin = whole !== undefined && (low === undefined || whole >= low) && (high === undefined || whole <= high);
  if (isWithin) return whole;
  throw mismatch(
    value,
    `a whole number${low === undefined ? "" : ` from ${low}`}${high === undefined ? "" : ` to ${high}`}`,
  );
}

/**
 * @param {unknown} value
 * @returns {bigint | undefined}
 */
function asWhole(value) {
  if (typeof value === "bigint") return value;
  const isNumber = typeof value === "number" || value instanceof NumberLiteral;
  return isNumber && /^-?\d+$/.test(String(value)) ? BigInt(String(value)) : undefined;
}

/**
 * @param {unknown} value
 * @returns {boolean}
 */
export function boolean(value) {
  if (typeof value !== "boolean") throw mismatch(value, "true or false");
  return value;
}

/**
 * The defect of a value that isn't what is expected.
 * @param {unknown} value
 * @param {string} expected
 */
export function mismatch(value, expected) {
  if (value === undefined || value === null) return new Defect("missing-field", "this is mandatory");
  return new Defect("wrong-type", `expected ${expected}, found ${kind(value)}`);
}

/** @param {unknown} value */
function asDecimal(value) {
  if (typeof value === "number") return Decimal.fromNumber(value);
  if (typeof value === "string") return Decimal.parse(value.trim());
  if (typeof value === "bigint" || value instanceof NumberLiteral) return Decimal.parseNumber(value.toString());
  throw mismatch(value, "a decimal");
}

/** @param {unknown} value */
function kind(value) {
  if (typeof value === "string") return "a text";
  if (typeof value === "boolean") return "true or false";
  if (Array.isArray(value)) return "an array";
  const isNumber = typeof value === "number" || typeof value === "bigint" || value instanceof NumberLiteral;
  if (!isNumber) return "an object";
  return /[.eE]/.test(String(value)) ? "a number with a point or an exponent" : "another number";
}
