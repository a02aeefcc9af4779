/**
 * Plausibility and rules of the business.
 */
import { Decimal } from "../decimal.js";
/**
 * A rule of the business: throws a defect with this code unless it holds.
 * @param {boolean} holds
 * @param {string} code
 * @param {string | (() => string)} text
 */
export declare function ensure(holds: boolean, code: string, text: string | (() => string)): void;
/**
 * The value if it is from `low` to `high`, both included, else `out-of-range`. A bound that is null isn't there.
 * @template {number | Decimal} T
 * @param {T} value
 * @param {number | null} low
 * @param {number | null} high
 * @returns {T}
 */
export declare function range<T extends number | Decimal>(value: T, low: number | null, high: number | null): T;
/**
 * The text if it has at most `limit` characters (not UTF-16 units), else `too-long`: what an ERP's column can hold.
 * @param {string} text
 * @param {number} limit
 * @returns {string}
 */
export declare function length(text: string, limit: number): string;
