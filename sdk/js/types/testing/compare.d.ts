/**
 * Holds an outcome against what a case expects of it. What the case doesn't mention isn't compared.
 */
export type RawOutcome = import("../contract.js").RawOutcome;
export type RawFault = import("../contract.js").RawFault;
export type RawOutput = import("../contract.js").RawOutput;
/** @typedef {import("../contract.js").RawOutcome} RawOutcome */
/** @typedef {import("../contract.js").RawFault} RawFault */
/** @typedef {import("../contract.js").RawOutput} RawOutput */
/**
 * The difference between what is expected and what came; undefined where the expectation holds.
 * @param {unknown} expected
 * @param {RawOutcome} outcome
 * @returns {string | undefined}
 */
export declare function difference(expected: unknown, outcome: RawOutcome): string | undefined;
