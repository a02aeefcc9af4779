/**
 * Writes JSON: compact, members in their order, `bigint` with all its digits.
 */

import { rawJson, stringify } from "#host/json";
import { mustFit } from "./fit.js";
import { halfIn } from "./half.js";

const HALF = "a text with half of a surrogate pair, which is no character: was it cut in the middle of one?";

/**
 * The JSON text of a value. What JSON can't hold (`NaN`, a promise, a `Map`, a function, `undefined` in an array, an
 * instance of a class without `toJSON`, a cycle, half of a surrogate pair …) is a bug of the plugin: a `TypeError` names its place and the likely
 * cause. A member that is `undefined` is left out.
 * @param {unknown} value
 * @returns {string}
 */
export function writeJson(value) {
  mustFit(value);
  const text = /** @type {string} */ (written(value));
  const half = halfIn(text);
  if (half === undefined) return text;
  const place = half === "" ? 'the root ("")' : `"${half}"`;
  throw new TypeError(`JSON can't hold the value at ${place}: it is ${HALF}`);
}

/** @param {unknown} value */
function written(value) {
  try {
    return stringify(value);
  } catch {
    // A bigint, which few values hold: looking at each of them would slow the others down. Anything else throws again.
    return stringify(value, exactBigints);
  }
}

/**
 * @param {string} _name
 * @param {unknown} value
 */
function exactBigints(_name, value) {
  return typeof value === "bigint" ? rawJson(value.toString()) : value;
}
