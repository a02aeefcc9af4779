/**
 * Writes JSON: compact, members in their order, `bigint` with all its digits.
 */

import { rawJson, stringify } from "#host/json";
import { mustFit } from "./fit.js";

/**
 * The JSON text of a value. What JSON can't hold (`NaN`, a promise, a `Map`, a function, `undefined` in an array, an
 * instance of a class without `toJSON`, a cycle …) is a bug of the plugin: a `TypeError` names its place and the likely
 * cause. A member that is `undefined` is left out.
 * @param {unknown} value
 * @returns {string}
 */
export function writeJson(value) {
  mustFit(value);
  return /** @type {string} */ (written(value));
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
