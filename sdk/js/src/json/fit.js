/**
 * Looks for what JSON can't hold, before it is written.
 *
 * `JSON.stringify` says nothing where it loses data: a promise, a `Map` or a `Set` becomes `{}`, `NaN` becomes `null`,
 * and so does a function in an array. Each of them is a bug of the plugin, and a wrong price or an empty object that a
 * target takes for data. The error names the place as a JSON Pointer, and the likely cause.
 *
 * The place is only put together where something is wrong, on the way back: valid values pay for nothing but the walk.
 */

import { NumberLiteral } from "./literal.js";

/** Deeper than any data: something contains itself. A component's stack has room for this. */
const DEEPEST = 200;

/** How many steps of the way are shown. */
const SHOWN = 20;

/** @typedef {{ cause: string, place: (string | number)[] }} Unfit What is wrong, and the way to it, innermost first. */

/**
 * Throws a `TypeError` if JSON can't hold the value.
 * @param {unknown} value
 */
export function mustFit(value) {
  const unfit = value === undefined ? nowhere("undefined: is a value missing, or a `return`?") : find(value, 0);
  if (unfit !== undefined) throw new TypeError(`JSON can't hold the value at ${place(unfit)}: it is ${unfit.cause}`);
}

/** @param {Unfit} unfit */
function place({ place }) {
  if (place.length === 0) return 'the root ("")';
  const outermost = place.slice(-SHOWN).reverse();
  const tokens = outermost.map((token) => `/${String(token).replaceAll("~", "~0").replaceAll("/", "~1")}`);
  return `"${tokens.join("")}${place.length > SHOWN ? "/…" : ""}"`;
}

/** @param {string} cause */
function nowhere(cause) {
  return { cause, place: [] };
}

/**
 * What is wrong with a value that isn't undefined, if anything is.
 * @param {unknown} value
 * @param {number} depth
 * @returns {Unfit | undefined}
 */
function find(value, depth) {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : nowhere(`${value}: was a text that is no number converted?`);
    case "function":
      return nowhere(`the function ${value.name || "without a name"}: are the parentheses of a call missing?`);
    case "symbol":
      return nowhere("a symbol");
    default:
      return value === null || value === undefined ? undefined : findInObject(value, depth);
  }
}

/**
 * @param {object} value
 * @param {number} depth
 * @returns {Unfit | undefined}
 */
function findInObject(value, depth) {
  if (depth > DEEPEST) return nowhere(`nested more than ${DEEPEST} levels deep: does an object contain itself?`);
  if (Array.isArray(value)) return findInArray(value, depth);
  const kind = Object.getPrototypeOf(value);
  if (kind === Object.prototype || kind === null) {
    const members = /** @type {Record<string, unknown>} */ (value);
    return typeof members.toJSON === "function" ? findInOther(value, depth) : findInMembers(members, depth);
  }
  return value instanceof NumberLiteral ? undefined : findInOther(value, depth);
}

/**
 * @param {readonly unknown[]} items
 * @param {number} depth
 */
function findInArray(items, depth) {
  for (let at = 0; at < items.length; at++) {
    const item = items[at];
    const unfit = item === undefined ? nowhere("undefined, which an array can't leave out") : find(item, depth + 1);
    if (unfit !== undefined) return within(unfit, at);
  }
  return undefined;
}

/**
 * A member that is undefined is left out, as everywhere in JavaScript.
 * @param {Record<string, unknown>} value
 * @param {number} depth
 */
function findInMembers(value, depth) {
  for (const name of Object.keys(value)) {
    const unfit = find(value[name], depth + 1);
    if (unfit !== undefined) return within(unfit, name);
  }
  return undefined;
}

/**
 * An instance of a class: it fits if it says how, by `toJSON`.
 * @param {object} value
 * @param {number} depth
 * @returns {Unfit | undefined}
 */
function findInOther(value, depth) {
  if (value instanceof Date && Number.isNaN(value.getTime())) return nowhere("an invalid date");
  const { toJSON } = /** @type {{ toJSON?: unknown }} */ (value);
  if (typeof toJSON !== "function") return nowhere(described(value));
  const json = toJSON.call(value, "");
  return json === undefined ? nowhere("an object whose toJSON() answers undefined") : find(json, depth + 1);
}

/** Kinds of objects that are written as `{}`, or as something nobody wants, and what to do. */
const KINDS = /** @type {const} */ ([
  [Promise, "a Promise: is an `await` missing? A mapping is synchronous, so call what doesn't need one"],
  [Map, "a Map: use Object.fromEntries(map)"],
  [Set, "a Set: use [...set]"],
  [WeakMap, "a WeakMap"],
  [WeakSet, "a WeakSet"],
  [RegExp, "a regular expression: use its `source`"],
  [Error, "an Error: throw it, or use its `message`"],
  [ArrayBuffer, "an ArrayBuffer: use Output.bytes, or a text"],
  [Number, "a Number object: call Number() without `new`"],
  [String, "a String object: call String() without `new`"],
  [Boolean, "a Boolean object: call Boolean() without `new`"],
]);

/** @param {object} value */
function described(value) {
  const known = KINDS.find(([kind]) => value instanceof kind);
  if (known !== undefined) return known[1];
  if (ArrayBuffer.isView(value)) return "binary data: use Output.bytes, or Array.from(bytes)";
  if (typeof (/** @type {{ next?: unknown }} */ (value).next) === "function") return "an iterator: use [...iterator]";
  return `an instance of ${value.constructor?.name || "a class"} without toJSON(): use a plain object, { ...object }`;
}

/**
 * @param {Unfit} unfit
 * @param {string | number} token
 */
function within(unfit, token) {
  unfit.place.push(token);
  return unfit;
}
