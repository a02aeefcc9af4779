/**
 * Reads JSON, every number exactly.
 *
 * `JSON.parse` puts numbers into floats. Here the source of each number is at hand while it is read, and one that a
 * float would change arrives as something else:
 *
 * | written | arrives as |
 * |---|---|
 * | `19.99`, `5`, `-3` | number |
 * | `18446744073709551615` | bigint |
 * | `4.50`, `1.5e3`, `0.30000000000000001`, `-0` | {@link NumberLiteral} |
 *
 * The readers of `field.js`, and so `Checker`, take all three. Looking at the text first, to parse it plainly where no
 * number needs its source, costs an interpreter as much as it saves.
 */

import { parseWithSource } from "#host/json";
import { Refusal } from "../outcome.js";
import { halfIn } from "./half.js";
import { NumberLiteral } from "./literal.js";

/**
 * Anything JSON can hold.
 * @typedef {null | boolean | number | bigint | NumberLiteral | string | Json[] | { [name: string]: Json }} Json
 */

const INTEGER = /^-?\d+$/;

/**
 * The value of a whole JSON text; what is none is `invalid` at the whole message, `not-json`, and so is one with half of a
 * surrogate pair, which no target could be sent.
 * @param {string} text
 * @returns {Json}
 */
export function readJson(text) {
  const value = parsed(text);
  const half = halfIn(text);
  if (half === undefined) return value;
  throw Refusal.invalid("", "not-json", `the text at "${half}" has half of a surrogate pair, which is no character`);
}

/** @param {string} text */
function parsed(text) {
  try {
    return /** @type {Json} */ (parseWithSource(text, exactly));
  } catch (error) {
    throw Refusal.invalid("", "not-json", error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {number} value
 * @param {string} source
 * @returns {number | bigint | NumberLiteral}
 */
function exactly(value, source) {
  if (String(value) === source) return value;
  return INTEGER.test(source) && value !== 0 ? BigInt(source) : new NumberLiteral(source);
}
