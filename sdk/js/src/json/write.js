/**
 * Writes JSON: compact, members in their order, `bigint` with all its digits.
 */

import { rawJson, stringify } from "#host/json";

/**
 * The JSON text of a value. What JSON can't hold (a function, a symbol, `undefined`, a cycle) is a bug of the plugin
 * and throws.
 * @param {unknown} value
 * @returns {string}
 */
export function writeJson(value) {
  const text = written(value);
  if (text === undefined) throw new TypeError(`JSON can't hold a value of the type ${typeof value}`);
  return text;
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
