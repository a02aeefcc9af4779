/**
 * The numbering plans of all countries. How the tables are written is said in `sdk/quality/README.md`.
 */
/** How the numbers of one country are written. */
export declare class Plan {
    /** The calling code. */
    code: string;
    abroad: number;
    shape: number;
    lengths: number;
    localLengths: number;
    prefixes: string[];
    /** @param {readonly string[]} words */
    constructor([code, abroad, shape, lengths, localLengths, ...prefixes]: readonly string[]);
    /**
     * How many of the first digits lead abroad.
     * @param {string} digits
     */
    accessCodeLength(digits: string): number;
    /**
     * Whether it looks like a national number.
     * @param {string} number
     */
    fits(number: string): boolean;
    /** @param {string} number */
    isTooLong({ length }: string): boolean;
    /**
     * Whether a national number can be that long. One that is too long counts: it is refused later.
     * @param {string} number
     */
    hasLength(number: string): boolean;
    /**
     * The number without what is dialled before it inside the country only, if it still is one then.
     * @param {string} number
     * @returns {string}
     */
    withoutPrefix(number: string): string;
}
/**
 * The plan of a country by its alpha-2 code, in whatever case.
 * @param {string} country
 * @returns {Plan | undefined}
 */
export declare function planOf(country: string): Plan | undefined;
/**
 * The plan by which numbers with this calling code are read.
 * @param {string} code
 * @returns {Plan | undefined}
 */
export declare function mainPlan(code: string): Plan | undefined;
/**
 * A calling code and what follows it; undefined where none is at the beginning.
 * @param {string} digits
 * @returns {{ code: string, number: string } | undefined}
 */
export declare function splitCode(digits: string): {
    code: string;
    number: string;
} | undefined;
/**
 * Whether the national number is of a range that is given out in a country of this calling code.
 * @param {string} code
 * @param {string} number
 * @returns {boolean}
 */
export declare function isValid(code: string, number: string): boolean;
