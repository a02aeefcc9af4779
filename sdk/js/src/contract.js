/**
 * Outcomes in the contract's words, as the component's engine hands them to the host.
 */

import { Refusal } from "./outcome.js";

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
export function lowerOutcome(outcome) {
  return outcome instanceof Refusal ? lowerRefusal(outcome) : { tag: "emit", val: outcome.map(lowerOutput) };
}

/**
 * @param {Refusal} refusal
 * @returns {RawOutcome}
 */
function lowerRefusal(refusal) {
  switch (refusal.kind) {
    case "invalid":
      return { tag: "invalid", val: refusal.violations.map(lowerViolation) };
    case "retry":
      return { tag: "retry", val: { fault: lowerFault(refusal), afterMs: wholeMs(refusal.afterMs) } };
    default:
      return { tag: refusal.kind, val: lowerFault(refusal) };
  }
}

/**
 * @param {number | undefined} wait
 * @returns {number | null}
 */
function wholeMs(wait) {
  return wait === undefined || !(wait >= 0) ? null : Math.ceil(Math.min(wait, Number.MAX_SAFE_INTEGER));
}

/**
 * @param {Output} output
 * @returns {RawOutput}
 */
function lowerOutput({ contentType, payload, options: { route, key, idempotencyKey, headers } }) {
  return {
    route: wholeOrNull("route", route),
    key: wholeOrNull("key", key),
    idempotencyKey: wholeOrNull("idempotency key", idempotencyKey),
    contentType: whole("content type", contentType),
    headers: headers === undefined ? [] : lowerHeaders(headers),
    payload: lowerPayload(payload),
    extensions: [],
  };
}

/**
 * @param {string | Uint8Array} payload
 * @returns {RawOutput["payload"]}
 */
function lowerPayload(payload) {
  if (typeof payload === "string") return { tag: "text", val: whole("payload", payload) };
  if (payload instanceof Uint8Array) return { tag: "bytes", val: payload };
  throw new TypeError(
    `the payload of an output is a text or a Uint8Array, not ${payload === null ? "null" : typeof payload}`,
  );
}

/**
 * Names in lower case.
 * @param {NonNullable<import("./output.js").OutputOptions["headers"]>} headers
 * @returns {[string, string][]}
 */
function lowerHeaders(headers) {
  /** @type {readonly (readonly [string, string])[]} */
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers);
  return pairs.map(([name, value]) => [whole("header", name).toLowerCase(), whole("header", value)]);
}

/**
 * @param {import("./outcome.js").Violation} violation
 * @returns {import("./outcome.js").Violation}
 */
function lowerViolation({ path, code, text }) {
  return { path: wellFormed(path), code: wellFormed(code), text: wellFormed(text) };
}

/**
 * @param {Refusal} refusal
 * @returns {RawFault}
 */
function lowerFault({ code, message, details = {} }) {
  return { code: wellFormed(code), text: wellFormed(message), details: Object.entries(details).map(lowerPair) };
}

/**
 * @param {[string, string]} pair
 * @returns {[string, string]}
 */
function lowerPair([name, value]) {
  return [wellFormed(name), wellFormed(value)];
}

/**
 * @param {string} name
 * @param {string | null | undefined} text
 */
function wholeOrNull(name, text) {
  return text === null || text === undefined ? null : whole(name, text);
}

/**
 * What is sent is sent as it is or not at all: the contract's texts are Unicode, and half of a surrogate pair, which is
 * what is left of a character that was cut in two, is none.
 * @param {string} name of what is sent
 * @param {string} text
 */
function whole(name, text) {
  const formed = wellFormed(text);
  if (typeof text !== "string" || formed === text) return formed;
  throw new TypeError(`the ${name} has half of a surrogate pair, which is no character: was a text cut in the middle?`);
}

/**
 * For people: better with U+FFFD in it, for half of a surrogate pair, than no reason at all. Plugins that no type checker
 * has seen may hand over something else than a text.
 * @param {string} text
 */
function wellFormed(text) {
  return typeof text === "string" ? text.toWellFormed() : String(text);
}
