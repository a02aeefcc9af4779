/**
 * Money and other decimals, exact from the first digit to the last: no float ever holds them.
 *
 * A decimal is a whole number of units and how many of its digits stand behind the point; like an amount on paper it
 * keeps its trailing zeros. It leaves as a JSON string, since a receiver that reads JSON numbers as floats would round
 * it.
 */
import { NumberLiteral } from "./json/literal.js";
import { Defect } from "./outcome.js";
/** A decimal number, exactly. */
export declare class Decimal {
    /** The digits as a whole number. */
    units: bigint;
    /** How many of them stand behind the point. */
    scale: number;
    /**
     * `new Decimal(1234n, 2)` is 12.34.
     * @param {bigint} units
     * @param {number} scale how many digits stand behind the point
     */
    constructor(units: bigint, scale: number);
    /**
     * From a text in the machines' notation (`1234.56`) or a whole number.
     * @param {string | number | bigint} value
     * @returns {Decimal}
     */
    static of(value: string | number | bigint): Decimal;
    /**
     * From a text in the machines' notation; undefined where it is none, or has more than 28 decimals or digits than 96
     * bits hold.
     * @param {string} text
     * @returns {Decimal | undefined}
     */
    static parse(text: string): Decimal | undefined;
    /**
     * From a float that stands for the digits it is written with; undefined where it is beyond the same limits.
     * @param {number} value
     * @returns {Decimal | undefined}
     */
    static fromNumber(value: number): Decimal | undefined;
    /**
     * From the digits of a JSON number, `1.5e3` included; undefined where it is beyond the same limits.
     * @param {string} source
     * @returns {Decimal | undefined}
     */
    static parseNumber(source: string): Decimal | undefined;
    /** @param {Decimal} other */
    plus(other: Decimal): Decimal;
    /** @param {Decimal} other */
    minus(other: Decimal): Decimal;
    /** @param {Decimal | number | bigint} factor a decimal or a whole number */
    times(factor: Decimal | number | bigint): Decimal;
    /**
     * The quotient, rounded to this many decimals, a half away from zero.
     * @param {Decimal | number | bigint} divisor a decimal or a whole number
     * @param {number} decimals
     */
    dividedBy(divisor: Decimal | number | bigint, decimals: number): Decimal;
    /** A hundredth of it: what percentages are reckoned with. */
    hundredth(): Decimal;
    negated(): Decimal;
    abs(): Decimal;
    /**
     * Rounded to this many decimals, a half away from zero, as invoices are; written with exactly that many.
     * @param {number} decimals
     */
    rounded(decimals: number): Decimal;
    /** Without zeros at the end of its fraction. */
    normalized(): Decimal;
    /**
     * Negative if it is less than the other, 0 if it is the same number (`1.0` and `1`), positive if it is more.
     * @param {Decimal | number} other a decimal or a whole number
     */
    compare(other: Decimal | number): -1 | 0 | 1;
    /**
     * The same number, `1.0` and `1`.
     * @param {Decimal | number} other
     */
    equals(other: Decimal | number): boolean;
    get isZero(): boolean;
    /**
     * The units if it had this many decimals.
     * @param {number} scale not less than its own
     */
    unitsAt(scale: number): bigint;
    /** With all its decimals. */
    toString(): string;
    /**
     * As a JSON number with all its digits, `0.10` and not `"0.10"`: for targets that take no texts.
     */
    asJsonNumber(): NumberLiteral;
    /** A JSON string. */
    toJSON(): string;
    /** Refuses: `a < b` and `a + b` would go through floats. */
    valueOf(): void;
}
export declare namespace Decimal {
    var ZERO: Decimal;
    var ONE_HUNDRED: Decimal;
}
/**
 * The defect of what no decimal can be made of: it has too many digits, or is spelt in another way.
 * @param {unknown} value
 * @param {string} plain the same in the machines' notation
 */
export declare function noDecimal(value: unknown, plain: string): Defect;
