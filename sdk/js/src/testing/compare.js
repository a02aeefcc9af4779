/**
 * Holds an outcome against what a case expects of it. What the case doesn't mention isn't compared.
 */

import { Buffer } from "node:buffer";
import { isDeepStrictEqual } from "node:util";

import { readJson } from "../json/read.js";
import { writeJson } from "../json/write.js";
import { isRaw, isRepeated, payload } from "./case.js";
import { faultIn, isFault } from "./fault.js";

/** @typedef {import("../contract.js").RawOutcome} RawOutcome */
/** @typedef {import("../contract.js").RawFault} RawFault */
/** @typedef {import("../contract.js").RawOutput} RawOutput */

/**
 * The difference between what is expected and what came; undefined where the expectation holds.
 * @param {unknown} expected
 * @param {RawOutcome} outcome
 * @returns {string | undefined}
 */
export function difference(expected, outcome) {
  const fault = faultIn(outcome);
  const actual = fault === undefined ? describe(outcome) : { fault };
  const wanted = /** @type {any} */ (expected).fault;
  if (fault === undefined || wanted === undefined ? holds(expected, actual) : isFault(wanted, fault)) return undefined;
  return `expected\n${JSON.stringify(expected, null, 2)}\ngot\n${JSON.stringify(actual, null, 2)}`;
}

/**
 * Each member that is expected is there and holds; arrays are of the same length; payloads are compared as a whole.
 * @param {any} expected
 * @param {any} actual
 * @returns {boolean}
 */
function holds(expected, actual) {
  if (Array.isArray(expected)) {
    const isSameLength = Array.isArray(actual) && actual.length === expected.length;
    return isSameLength && expected.every((value, at) => holds(value, actual[at]));
  }
  if (typeof expected !== "object" || expected === null) return expected === (actual ?? null);
  if (typeof actual !== "object" || actual === null) return false;
  const member = (/** @type {string} */ name) =>
    name === "payload" ? payloadHolds(expected.payload, actual.payload) : holds(expected[name], actual[name]);
  return Object.keys(expected).every(member);
}

/**
 * @param {unknown} expected
 * @param {unknown} actual as {@link describePayload} gives it
 */
function payloadHolds(expected, actual) {
  const found = payload(actual);
  if (isRaw(expected, "text") || isRaw(expected, "base64") || isRepeated(expected)) {
    return Buffer.from(payload(expected).val).equals(Buffer.from(found.val));
  }
  if (found.tag !== "text") return false;
  return isDeepStrictEqual(canonical(expected), canonical(readJson(found.val)));
}

/**
 * As `JSON.parse` sees it: how a number is written doesn't matter.
 * @param {unknown} value
 */
function canonical(value) {
  return JSON.parse(writeJson(value), (_, value) => (value === 0 ? 0 : value));
}

/**
 * The outcome in the words of the case format.
 * @param {RawOutcome} outcome
 * @returns {Record<string, unknown>}
 */
function describe(outcome) {
  switch (outcome.tag) {
    case "emit":
      return { emit: outcome.val.map(describeOutput) };
    case "retry":
      return { retry: { ...describeFault(outcome.val.fault), after_ms: outcome.val.afterMs } };
    case "invalid":
      return { invalid: outcome.val };
    default:
      return { [outcome.tag]: describeFault(outcome.val) };
  }
}

/** @param {RawOutput} output */
function describeOutput({ route, key, idempotencyKey, contentType, headers, payload }) {
  return {
    route,
    key,
    idempotency_key: idempotencyKey,
    content_type: contentType,
    headers: Object.fromEntries(headers),
    payload: describePayload(payload),
  };
}

/** @param {RawOutput["payload"]} payload */
function describePayload(payload) {
  if (payload.tag === "text") return { text: payload.val };
  return { base64: Buffer.from(payload.val).toString("base64") };
}

/** @param {RawFault} fault */
function describeFault({ code, text, details }) {
  return { code, text, details: Object.fromEntries(details) };
}
