/**
 * A number of the input that no float can stand for, by its digits.
 */

import { rawJson } from "#host/json";

/**
 * A JSON number as it was written, `4.50` or `1.5e3`. It leaves as it came; to compute with it, read it with
 * `Checker.decimal` or `decimal()`. In plain arithmetic it is the float that `JSON.parse` would have made of it.
 */
export class NumberLiteral {
  /** @param {string} source */
  constructor(source) {
    /** The digits, as they were written. */
    this.source = source;
  }

  /** The nearest float. */
  valueOf() {
    return Number(this.source);
  }

  toString() {
    return this.source;
  }

  /** As it was written. */
  toJSON() {
    return rawJson(this.source);
  }
}
