/**
 * What becomes of one message when it isn't emitted: the answers a mapping throws, and how they look in the contract.
 *
 * Codes are stable and countable, lower case words joined by hyphens; texts are for people.
 */
export type Violation = {
    path: string;
    code: string;
    text: string;
};
export type Details = Readonly<Record<string, string>>;
/**
 * One broken rule. `path` is a JSON Pointer (RFC 6901) into the input; empty for the whole of it.
 * @typedef {{ path: string, code: string, text: string }} Violation
 */
/**
 * Names and values beside a code and its text.
 * @typedef {Readonly<Record<string, string>>} Details
 */
/**
 * What is wrong with one value; it doesn't know yet where the value stands. The quality kit throws these, and a
 * {@link Checker} adds the place.
 */
export declare class Defect extends Error {
    /** Stable and countable. */
    code: string;
    /**
     * @param {string} code
     * @param {string} text
     */
    constructor(code: string, text: string);
    /**
     * The defect at its place, a JSON Pointer.
     * @param {string} path
     * @returns {Violation}
     */
    at(path: string): Violation;
}
/** Why a message is not emitted: throw it, or return it. */
export declare class Refusal extends Error {
    kind: "invalid" | "reject" | "retry" | "skip";
    /** Stable and countable. */
    code: string;
    /** The broken rules, if it is `invalid`. */
    violations: readonly Violation[];
    /** Names and values beside it. */
    details: Readonly<Record<string, string>> | undefined;
    /** How long a retry is to wait at least; undefined: the flow's retry policy decides. */
    afterMs: number | undefined;
    /**
     * Authors use {@link Refusal.skip}, {@link Refusal.invalid}, {@link Refusal.retry} and {@link Refusal.reject}.
     * @param {"skip" | "invalid" | "retry" | "reject"} kind
     * @param {string} code
     * @param {string} text
     * @param {{ violations?: readonly Violation[], details?: Details | undefined, afterMs?: number | undefined }} more
     */
    constructor(kind: "skip" | "invalid" | "retry" | "reject", code: string, text: string, { violations, details, afterMs }?: {
        violations?: readonly Violation[];
        details?: Details | undefined;
        afterMs?: number | undefined;
    });
    /**
     * Leaves the message out, on purpose: it is counted and never a dead letter.
     * @param {string} code
     * @param {string} text
     * @param {{ details?: Details }} [more]
     */
    static skip(code: string, text: string, more?: {
        details?: Details;
    }): Refusal;
    /**
     * The data breaks this rule: dead letter at once. To collect several, see {@link Checker}.
     * @param {string} path JSON Pointer; empty for the whole of the message
     * @param {string} code
     * @param {string} text
     */
    static invalid(path: string, code: string, text: string): Refusal;
    /**
     * The data breaks these rules.
     * @param {readonly Violation[]} violations at least one
     */
    static violations(violations: readonly Violation[]): Refusal;
    /**
     * Asks for the same message again, when the flow's retry policy says or after a while.
     * @param {string} code
     * @param {string} text
     * @param {{ afterMs?: number, details?: Details }} [more]
     */
    static retry(code: string, text: string, more?: {
        afterMs?: number;
        details?: Details;
    }): Refusal;
    /**
     * Gives the message up: it can never be processed.
     * @param {string} code
     * @param {string} text
     * @param {{ details?: Details }} [more]
     */
    static reject(code: string, text: string, more?: {
        details?: Details;
    }): Refusal;
}
