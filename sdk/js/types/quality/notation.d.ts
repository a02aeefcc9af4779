/**
 * Decimals in the notations of people: `1.234` is either one and a bit or more than a thousand, so the author declares
 * which.
 */
import { Decimal } from "../decimal.js";
export type Notation = "plain" | "point" | "comma";
/**
 * The decimal a text stands for. Groups of thousands may be set off by the notation's mark, a blank or an apostrophe;
 * they must be whole (`1.23,4` is `not-a-decimal`).
 * @param {string} text
 * @param {Notation} notation
 * @returns {Decimal}
 */
export declare function parseDecimal(text: string, notation: Notation): Decimal;
/**
 * The decimal a text in the machines' notation stands for: `1234.56`.
 * @param {string} text
 * @returns {Decimal}
 */
export declare function plain(text: string): Decimal;
/**
 * The value if it has at most this many decimals, trailing zeros not counted; else `too-many-decimals`.
 * @param {Decimal} value
 * @param {number} decimals
 * @returns {Decimal}
 */
export declare function atMostDecimals(value: Decimal, decimals: number): Decimal;
