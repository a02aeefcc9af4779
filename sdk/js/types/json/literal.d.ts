/**
 * A number of the input that no float can stand for, by its digits.
 */
/**
 * A JSON number as it was written, `4.50` or `1.5e3`. It leaves as it came; to compute with it, read it with
 * `Checker.decimal` or `decimal()`. In plain arithmetic it is the float that `JSON.parse` would have made of it.
 */
export declare class NumberLiteral {
    /** The digits, as they were written. */
    source: string;
    /** @param {string} source */
    constructor(source: string);
    /** The nearest float. */
    valueOf(): number;
    toString(): string;
    /** As it was written. */
    toJSON(): unknown;
}
