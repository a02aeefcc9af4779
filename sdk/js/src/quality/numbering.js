/**
 * The numbering plans of all countries. How the tables are written is said in `sdk/quality/README.md`.
 */

import { PLANS } from "./data/phone-plans.js";
import { SHAPES as LINES_OF_SHAPES } from "./data/phone-shapes.js";

const SHAPES = LINES_OF_SHAPES.replaceAll("\n", "");

const BASE = 50;
const FIRST = "*".charCodeAt(0);
const EDGE = 5;
const DIGITS = 1024;

/** @type {ReadonlyMap<string, readonly string[]>} The words of each line behind its first one. */
const LINES = new Map(
  PLANS.split("\n").map((line) => {
    const [name = "", ...words] = line.split(" ");
    return /** @type {const} */ ([name, words]);
  }),
);

/** @type {Map<string, Plan>} Those that were asked for. */
const READ = new Map();

/**
 * A number of so many characters of the table of shapes.
 * @param {number} at
 * @param {number} count
 */
function numberAt(at, count) {
  let number = 0;
  for (let end = at + count; at < end; at++) number = number * BASE + SHAPES.charCodeAt(at) - FIRST;
  return number;
}

/**
 * Whether the digits from `start` to `end`, all of them, are of this shape.
 * @param {number} shape
 * @param {string} digits
 * @param {number} [start]
 * @param {number} [end]
 */
function isOfShape(shape, digits, start = 0, end = digits.length) {
  let state = shape >> 1;
  let mayEnd = (shape & 1) === 1;
  for (let at = start; at < end; at++) {
    const wanted = 1 << (digits.charCodeAt(at) - 48);
    let edge = state * EDGE;
    while ((numberAt(edge, 2) & wanted) === 0) {
      if ((numberAt(edge + 2, 3) & 1) === 1) return false;
      edge += EDGE;
    }
    mayEnd = numberAt(edge, 2) >= DIGITS;
    state = numberAt(edge + 2, 3) >> 1;
  }
  return mayEnd;
}

/**
 * Where the longest run of digits from `start` on ends that is of this shape.
 * @param {number} shape
 * @param {string} digits
 * @param {number} [start]
 */
function longest(shape, digits, start = 0) {
  for (let end = digits.length; end >= start; end--) {
    if (isOfShape(shape, digits, start, end)) return end;
  }
  return undefined;
}

/** How the numbers of one country are written. */
export class Plan {
  /** @param {readonly string[]} words */
  constructor([code = "", abroad, shape, lengths, localLengths, ...prefixes]) {
    /** The calling code. */
    this.code = code;
    this.abroad = Number(abroad);
    this.shape = Number(shape);
    this.lengths = Number(lengths);
    this.localLengths = Number(localLengths);
    this.prefixes = prefixes;
  }

  /**
   * How many of the first digits lead abroad.
   * @param {string} digits
   */
  accessCodeLength(digits) {
    return longest(this.abroad, digits) ?? 0;
  }

  /**
   * Whether it looks like a national number.
   * @param {string} number
   */
  fits(number) {
    return isOfShape(this.shape, number);
  }

  /** @param {string} number */
  isTooLong({ length }) {
    return this.lengths < 2 ** length && !hasBit(this.localLengths, length);
  }

  /**
   * Whether a national number can be that long. One that is too long counts: it is refused later.
   * @param {string} number
   */
  hasLength(number) {
    const isPossible = hasBit(this.lengths, number.length) && !hasBit(this.localLengths, number.length);
    return isPossible || this.isTooLong(number);
  }

  /**
   * The number without what is dialled before it inside the country only, if it still is one then.
   * @param {string} number
   * @returns {string}
   */
  withoutPrefix(number) {
    for (const rule of this.prefixes) {
      const stripped = applied(rule, number);
      if (stripped !== undefined) return this.fits(number) && !this.fits(stripped) ? number : stripped;
    }
    return number;
  }
}

/**
 * @param {number} bits
 * @param {number} place
 */
function hasBit(bits, place) {
  return place < 31 && ((bits >> place) & 1) === 1;
}

/**
 * The number by a rule for prefixes; undefined where the rule isn't for it.
 * @param {string} rule
 * @param {string} number
 */
function applied(rule, number) {
  const [lead, kept, tail, ends, put] = rule.split(":");
  if (kept === undefined) {
    const end = longest(Number(lead), number);
    return end === undefined ? undefined : number.slice(end);
  }
  for (let start = number.length; start >= 0; start--) {
    if (!isOfShape(Number(lead), number, 0, start)) continue;
    for (let end = number.length; end >= start; end--) {
      const rest = isOfShape(Number(kept), number, start, end) ? longest(Number(tail), number, end) : undefined;
      if (rest === undefined || (ends === "1" && rest < number.length)) continue;
      return `${put}${number.slice(start, end)}${number.slice(rest)}`;
    }
  }
  return undefined;
}

/** @param {string} name */
function plan(name) {
  const words = LINES.get(name);
  if (words === undefined) return undefined;
  const known = READ.get(name) ?? new Plan(words);
  READ.set(name, known);
  return known;
}

/**
 * The plan of a country by its alpha-2 code, in whatever case.
 * @param {string} country
 * @returns {Plan | undefined}
 */
export function planOf(country) {
  return /^[A-Za-z]{2}$/.test(country) ? plan(country.toUpperCase()) : undefined;
}

/**
 * The plan by which numbers with this calling code are read.
 * @param {string} code
 * @returns {Plan | undefined}
 */
export function mainPlan(code) {
  return plan(LINES.get(code)?.[0] ?? "");
}

/**
 * A calling code and what follows it; undefined where none is at the beginning.
 * @param {string} digits
 * @returns {{ code: string, number: string } | undefined}
 */
export function splitCode(digits) {
  for (let length = 1; length <= 3; length++) {
    const code = digits.slice(0, length);
    if (LINES.has(code)) return { code, number: digits.slice(length) };
  }
  return undefined;
}

/**
 * Whether the national number is of a range that is given out in a country of this calling code.
 * @param {string} code
 * @param {string} number
 * @returns {boolean}
 */
export function isValid(code, number) {
  return isOfShape(Number(LINES.get(code)?.[1]), number);
}
