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
import { Decimal } from "./decimal.js";
import { Defect } from "./outcome.js";
/**
 * A text without surrounding blanks; it must not be empty.
 * @param {unknown} value
 * @returns {string}
 */
export declare function text(value: unknown): string;
/**
 * The text without surrounding blanks where there is any: a column that a CSV export left empty counts as none.
 * @param {unknown} value
 * @returns {string | null}
 */
export declare function textOrNull(value: unknown): string | null;
/**
 * A decimal, digit for digit: from a JSON number, or from a text in the machines' notation (`1234.56`), which is how
 * careful systems write money.
 * @param {unknown} value
 * @returns {Decimal}
 */
export declare function decimal(value: unknown): Decimal;
/**
 * The same where there is a value: a column that a CSV export left empty counts as none.
 * @param {unknown} value
 * @returns {Decimal | null}
 */
export declare function decimalOrNull(value: unknown): Decimal | null;
/**
 * A whole number in this range; a number outside it is a `wrong-type`, since it doesn't fit, and so is one that is written
 * with a point or an exponent. What the business takes for plausible is a matter of `range`; beyond 2^53 use `bigint`.
 * @param {unknown} value
 * @param {number} [low]
 * @param {number} [high]
 * @returns {number}
 */
export declare function integer(value: unknown, low?: number, high?: number): number;
/**
 * A whole number of any size, or of this range, with all its digits; a number outside it is a `wrong-type`.
 * @param {unknown} value
 * @param {bigint} [low]
 * @param {bigint} [high]
 * @returns {bigint}
 */
export declare function bigint(value: unknown, low?: bigint, high?: bigint): bigint;
/**
 * @param {unknown} value
 * @returns {boolean}
 */
export declare function boolean(value: unknown): boolean;
/**
 * The defect of a value that isn't what is expected.
 * @param {unknown} value
 * @param {string} expected
 */
export declare function mismatch(value: unknown, expected: string): Defect;
