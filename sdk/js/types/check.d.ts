/**
 * Collects broken rules, all of them, with the path each was found at.
 *
 * A checker looks at the input: `check.text("name")` reads the member `name` of the object it is looking at. A value
 * that fails is replaced by a neutral one of its type, so that a mapping reads straight on and reports everything that
 * is wrong; `finish` then refuses the message. Rules that span several fields ask `isClean` first.
 *
 * ```js
 * const check = new Checker(message.json());
 * const debtor = {
 *   name: check.text("name"),
 *   country: check.within("address", (check) => check.text("country", alpha2)),
 *   lines: check.each("lines", (check) => check.decimal("amount")),
 * };
 * check.finish();
 * ```
 *
 * Where an array or an object is of the wrong type there is nothing to look into: the message is refused on the spot,
 * with what has been found so far.
 */
import { Decimal } from "./decimal.js";
export type Violation = import("./outcome.js").Violation;
/** @typedef {import("./outcome.js").Violation} Violation */
export declare class Checker {
    #private;
    /** @param {unknown} input an object or an array of the message */
    constructor(input: unknown);
    /**
     * A mandatory text without surrounding blanks, and what `step` makes of it; `""` where it fails.
     * @param {string} name
     * @param {(text: string) => string} [step] `alpha2`, say: answers the clean text or throws a {@link Defect}
     * @returns {string}
     */
    text(name: string, step?: (text: string) => string): string;
    /**
     * A text that may be absent, null or blank: null then, and where it fails.
     * @param {string} name
     * @param {(text: string) => string} [step]
     * @returns {string | null}
     */
    textOrNull(name: string, step?: (text: string) => string): string | null;
    /**
     * A mandatory decimal, from a JSON number or a text; 0 where it fails.
     * @param {string} name
     * @param {(value: Decimal) => Decimal} [step]
     * @returns {Decimal}
     */
    decimal(name: string, step?: (value: Decimal) => Decimal): Decimal;
    /**
     * A decimal that may be absent, null or a blank text: null then, and where it fails.
     * @param {string} name
     * @param {(value: Decimal) => Decimal} [step]
     * @returns {Decimal | null}
     */
    decimalOrNull(name: string, step?: (value: Decimal) => Decimal): Decimal | null;
    /**
     * A mandatory whole number below 2^53, written without point and exponent; 0 where it fails.
     * @param {string} name
     * @param {(value: number) => number} [step]
     * @returns {number}
     */
    integer(name: string, step?: (value: number) => number): number;
    /**
     * A mandatory whole number of any size, with all its digits; 0 where it fails.
     * @param {string} name
     * @param {(value: bigint) => bigint} [step]
     * @returns {bigint}
     */
    bigint(name: string, step?: (value: bigint) => bigint): bigint;
    /**
     * A mandatory `true` or `false`; false where it fails.
     * @param {string} name
     * @returns {boolean}
     */
    boolean(name: string): boolean;
    /**
     * What `read` makes of the member, undefined where there is none; `fallback` where that throws a {@link Defect}.
     * @template T
     * @param {string} name
     * @param {(value: unknown) => T} read
     * @param {T} fallback
     * @returns {T}
     */
    field<T>(name: string, read: (value: unknown) => T, fallback: T): T;
    /**
     * What `read` makes of the value it is looking at; a defect is a violation at the present place itself.
     * @template T
     * @param {(value: unknown) => T} read
     * @param {T} fallback
     * @returns {T}
     */
    here<T>(read: (value: unknown) => T, fallback: T): T;
    /**
     * A business rule: a violation at `name` unless it holds.
     * @param {string} name
     * @param {boolean} holds
     * @param {string} code
     * @param {string | (() => string)} text
     */
    rule(name: string, holds: boolean, code: string, text: string | (() => string)): void;
    /**
     * Looks into the object `name`; an absent one has no members.
     * @template R
     * @param {string} name
     * @param {(check: Checker) => R} look
     * @returns {R}
     */
    within<R>(name: string, look: (check: Checker) => R): R;
    /**
     * Looks at each element of the array `name`; an absent one has none.
     * @template R
     * @param {string} name
     * @param {(check: Checker, item: any, index: number) => R} look
     * @returns {R[]}
     */
    each<R>(name: string, look: (check: Checker, item: any, index: number) => R): R[];
    /**
     * Looks at each element of the array it is looking at.
     * @template R
     * @param {(check: Checker, item: any, index: number) => R} look
     * @returns {R[]}
     */
    elements<R>(look: (check: Checker, item: any, index: number) => R): R[];
    /**
     * Looks at the element `index` of the array `name`; an absent one has no members.
     * @template R
     * @param {string} name
     * @param {number} index
     * @param {(check: Checker) => R} look
     * @returns {R}
     */
    at<R>(name: string, index: number, look: (check: Checker) => R): R;
    /** How many broken rules are found so far: the same before and after a look means that part is clean. */
    get count(): number;
    /** True while no rule is broken. */
    get isClean(): boolean;
    /** Refuses the message as invalid if any rule is broken. */
    finish(): void;
}
/**
 * A JSON Pointer, escaped as RFC 6901 asks.
 * @param {readonly (string | number)[]} place
 */
export declare function pointer(place: readonly (string | number)[]): string;
