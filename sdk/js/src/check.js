/**
 * Collects broken rules, all of them, with the path each was found at.
 *
 * A checker looks at the input: `check.text("name")` reads the member `name` of the object it is looking at. A value
 * that fails is replaced by a neutral one of its type, so that a mapping reads straight on and reports everything that
 * is wrong; `finish` then refuses the message. Rules that span several fields ask `isClean` first.
 *
 * ```js
 * const check = new Checker(message.json());
 * const debtor = {
 *   name: check.text("name"),
 *   country: check.within("address", (check) => check.text("country", alpha2)),
 *   lines: check.each("lines", (check) => check.decimal("amount")),
 * };
 * check.finish();
 * ```
 *
 * Where an array or an object is of the wrong type there is nothing to look into: the message is refused on the spot,
 * with what has been found so far.
 */

import { Decimal } from "./decimal.js";
import * as read from "./field.js";
import { NumberLiteral } from "./json/literal.js";
import { Defect, Refusal } from "./outcome.js";

/** @typedef {import("./outcome.js").Violation} Violation */

export class Checker {
  /** @type {unknown} */
  #input;
  /** Where that stands. @type {(string | number)[]} */
  #place = [];
  /** @type {Violation[]} */
  #found = [];

  /** @param {unknown} input an object or an array of the message */
  constructor(input) {
    this.#input = input;
  }

  /**
   * A mandatory text without surrounding blanks, and what `step` makes of it; `""` where it fails.
   * @param {string} name
   * @param {(text: string) => string} [step] `alpha2`, say: answers the clean text or throws a {@link Defect}
   * @returns {string}
   */
  text(name, step) {
    try {
      const text = read.text(this.#member(name));
      return step === undefined ? text : step(text);
    } catch (error) {
      return this.#record(name, error, "");
    }
  }

  /**
   * A text that may be absent, null or blank: null then, and where it fails.
   * @param {string} name
   * @param {(text: string) => string} [step]
   * @returns {string | null}
   */
  textOrNull(name, step) {
    try {
      const text = read.textOrNull(this.#member(name));
      return step === undefined || text === null ? text : step(text);
    } catch (error) {
      return this.#record(name, error, null);
    }
  }

  /**
   * A mandatory decimal, from a JSON number or a text; 0 where it fails.
   * @param {string} name
   * @param {(value: Decimal) => Decimal} [step]
   * @returns {Decimal}
   */
  decimal(name, step) {
    try {
      const value = read.decimal(this.#member(name));
      return step === undefined ? value : step(value);
    } catch (error) {
      return this.#record(name, error, Decimal.ZERO);
    }
  }

  /**
   * A decimal that may be absent, null or a blank text: null then, and where it fails.
   * @param {string} name
   * @param {(value: Decimal) => Decimal} [step]
   * @returns {Decimal | null}
   */
  decimalOrNull(name, step) {
    try {
      const value = read.decimalOrNull(this.#member(name));
      return step === undefined || value === null ? value : step(value);
    } catch (error) {
      return this.#record(name, error, null);
    }
  }

  /**
   * A mandatory whole number below 2^53, written without point and exponent; 0 where it fails.
   * @param {string} name
   * @param {(value: number) => number} [step]
   * @returns {number}
   */
  integer(name, step) {
    try {
      const value = read.integer(this.#member(name));
      return step === undefined ? value : step(value);
    } catch (error) {
      return this.#record(name, error, 0);
    }
  }

  /**
   * A mandatory whole number of any size, with all its digits; 0 where it fails.
   * @param {string} name
   * @param {(value: bigint) => bigint} [step]
   * @returns {bigint}
   */
  bigint(name, step) {
    try {
      const value = read.bigint(this.#member(name));
      return step === undefined ? value : step(value);
    } catch (error) {
      return this.#record(name, error, 0n);
    }
  }

  /**
   * A mandatory `true` or `false`; false where it fails.
   * @param {string} name
   * @returns {boolean}
   */
  boolean(name) {
    return this.field(name, read.boolean, false);
  }

  /**
   * What `read` makes of the member, undefined where there is none; `fallback` where that throws a {@link Defect}.
   * @template T
   * @param {string} name
   * @param {(value: unknown) => T} read
   * @param {T} fallback
   * @returns {T}
   */
  field(name, read, fallback) {
    try {
      return read(this.#member(name));
    } catch (error) {
      return this.#record(name, error, fallback);
    }
  }

  /**
   * What `read` makes of the value it is looking at; a defect is a violation at the present place itself.
   * @template T
   * @param {(value: unknown) => T} read
   * @param {T} fallback
   * @returns {T}
   */
  here(read, fallback) {
    try {
      return read(this.#input);
    } catch (error) {
      return this.#record(undefined, error, fallback);
    }
  }

  /**
   * A business rule: a violation at `name` unless it holds.
   * @param {string} name
   * @param {boolean} holds
   * @param {string} code
   * @param {string | (() => string)} text
   */
  rule(name, holds, code, text) {
    if (!holds) this.#add(name, new Defect(code, typeof text === "string" ? text : text()));
  }

  /**
   * Looks into the object `name`; an absent one has no members.
   * @template R
   * @param {string} name
   * @param {(check: Checker) => R} look
   * @returns {R}
   */
  within(name, look) {
    const value = this.#member(name) ?? {};
    if (!isObject(value)) throw this.#abort(name, value, "an object");
    return this.#lookAt(name, value, look);
  }

  /**
   * Looks at each element of the array `name`; an absent one has none.
   * @template R
   * @param {string} name
   * @param {(check: Checker, item: any, index: number) => R} look
   * @returns {R[]}
   */
  each(name, look) {
    const items = this.#member(name) ?? [];
    if (!Array.isArray(items)) throw this.#abort(name, items, "an array");
    const outer = this.#input;
    this.#place.push(name);
    const results = this.#lookAtEach(items, look);
    this.#place.pop();
    this.#input = outer;
    return results;
  }

  /**
   * Looks at each element of the array it is looking at.
   * @template R
   * @param {(check: Checker, item: any, index: number) => R} look
   * @returns {R[]}
   */
  elements(look) {
    const items = this.#input;
    if (!Array.isArray(items)) throw this.#abort(undefined, items, "an array");
    const results = this.#lookAtEach(items, look);
    this.#input = items;
    return results;
  }

  /**
   * Looks at the element `index` of the array `name`; an absent one has no members.
   * @template R
   * @param {string} name
   * @param {number} index
   * @param {(check: Checker) => R} look
   * @returns {R}
   */
  at(name, index, look) {
    const items = this.#member(name) ?? [];
    if (!Array.isArray(items)) throw this.#abort(name, items, "an array");
    return this.#lookAt(name, items, () => this.#lookAt(index, items[index] ?? {}, look));
  }

  /** How many broken rules are found so far: the same before and after a look means that part is clean. */
  get count() {
    return this.#found.length;
  }

  /** True while no rule is broken. */
  get isClean() {
    return this.#found.length === 0;
  }

  /** Refuses the message as invalid if any rule is broken. */
  finish() {
    if (this.#found.length > 0) throw Refusal.violations(this.#found);
  }

  /**
   * @template R
   * @param {string | number} token
   * @param {unknown} value
   * @param {(check: Checker) => R} look
   */
  #lookAt(token, value, look) {
    const outer = this.#input;
    this.#place.push(token);
    this.#input = value;
    const result = look(this);
    this.#input = outer;
    this.#place.pop();
    return result;
  }

  /**
   * @template R
   * @param {readonly unknown[]} items
   * @param {(check: Checker, item: any, index: number) => R} look
   * @returns {R[]}
   */
  #lookAtEach(items, look) {
    const place = this.#place;
    const results = [];
    place.push(0);
    for (let index = 0; index < items.length; index++) {
      place[place.length - 1] = index;
      this.#input = items[index];
      results.push(look(this, items[index], index));
    }
    place.pop();
    return results;
  }

  /**
   * The member of this name; undefined where there is none.
   * @param {string} name
   * @returns {unknown}
   */
  #member(name) {
    const input = this.#input;
    if (!isObject(input)) throw this.#abort(undefined, input, "an object");
    const value = input[name];
    // What every object inherits, `toString` or the like, is no member.
    return typeof value === "function" || name === "__proto__" ? own(input, name) : value;
  }

  /**
   * @template T
   * @param {string | undefined} name
   * @param {unknown} error
   * @param {T} fallback
   * @returns {T}
   */
  #record(name, error, fallback) {
    if (!(error instanceof Defect)) throw error;
    this.#add(name, error);
    return fallback;
  }

  /**
   * @param {string | undefined} name
   * @param {Defect} defect
   */
  #add(name, defect) {
    const place = name === undefined ? this.#place : [...this.#place, name];
    this.#found.push(defect.at(pointer(place)));
  }

  /**
   * @param {string | undefined} name
   * @param {unknown} value
   * @param {string} expected
   */
  #abort(name, value, expected) {
    this.#add(name, read.mismatch(value, expected));
    return Refusal.violations(this.#found);
  }
}

/**
 * A JSON Pointer, escaped as RFC 6901 asks.
 * @param {readonly (string | number)[]} place
 */
export function pointer(place) {
  return place.map((token) => `/${String(token).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/**
 * An object with members: no array, and no number that is kept by its digits.
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof NumberLiteral);
}

/**
 * @param {object} input
 * @param {string} name
 */
function own(input, name) {
  return Object.getOwnPropertyDescriptor(input, name)?.value;
}
