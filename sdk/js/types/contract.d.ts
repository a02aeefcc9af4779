/**
 * Outcomes in the contract's words, as the component's engine hands them to the host.
 */
import { Refusal } from "./outcome.js";
export type Output = import("./output.js").Output;
export type RawFault = {
    code: string;
    text: string;
    details: [string, string][];
};
export type RawOutput = {
    route: string | null;
    key: string | null;
    idempotencyKey: string | null;
    contentType: string;
    headers: [string, string][];
    payload: {
        tag: "text";
        val: string;
    } | {
        tag: "bytes";
        val: Uint8Array;
    };
    extensions: [string, string][];
};
export type RawOutcome = {
    tag: "emit";
    val: RawOutput[];
} | {
    tag: "invalid";
    val: import("./outcome.js").Violation[];
} | {
    tag: "skip" | "reject";
    val: RawFault;
} | {
    tag: "retry";
    val: {
        fault: RawFault;
        afterMs: number | null;
    };
};
/** @typedef {import("./output.js").Output} Output */
/** @typedef {{ code: string, text: string, details: [string, string][] }} RawFault */
/**
 * @typedef {object} RawOutput
 * @property {string | null} route
 * @property {string | null} key
 * @property {string | null} idempotencyKey
 * @property {string} contentType
 * @property {[string, string][]} headers
 * @property {{ tag: "text", val: string } | { tag: "bytes", val: Uint8Array }} payload
 * @property {[string, string][]} extensions
 */
/**
 * @typedef {{ tag: "emit", val: RawOutput[] }
 *   | { tag: "invalid", val: import("./outcome.js").Violation[] }
 *   | { tag: "skip" | "reject", val: RawFault }
 *   | { tag: "retry", val: { fault: RawFault, afterMs: number | null } }} RawOutcome
 */
/**
 * @param {readonly Output[] | Refusal} outcome
 * @returns {RawOutcome}
 */
export declare function lowerOutcome(outcome: readonly Output[] | Refusal): RawOutcome;
