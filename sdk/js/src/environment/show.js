/**
 * Values as lines of the log show them: short, and never failing.
 */

import { inSources } from "./lines.js";

/** Deeper levels are not shown. */
const DEEPEST = 3;

/**
 * @param {unknown} value
 * @returns {string}
 */
export function shown(value) {
  return typeof value === "string" ? value : described(value, 0);
}

/**
 * @param {unknown} value
 * @param {number} depth
 * @returns {string}
 */
function described(value, depth) {
  try {
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "function") return `[function ${value.name || "without a name"}]`;
    return typeof value === "object" && value !== null ? object(value, depth) : String(value);
  } catch {
    return `[a value of the type ${typeof value} that can't be shown]`;
  }
}

/**
 * @param {object} value
 * @param {number} depth
 */
function object(value, depth) {
  if (value instanceof Error)
    return value.stack ? `${value.name}: ${value.message}\n${inSources(value.stack)}` : String(value);
  if (value instanceof Date || value instanceof RegExp) return String(value);
  if (depth >= DEEPEST) return Array.isArray(value) ? "[…]" : "{…}";
  if (Array.isArray(value)) return `[${value.map((item) => described(item, depth + 1)).join(", ")}]`;
  if (value instanceof Map) return `Map {${pairs([...value], depth, " => ")}}`;
  if (value instanceof Set) return `Set {${[...value].map((item) => described(item, depth + 1)).join(", ")}}`;
  const { toJSON } = /** @type {{ toJSON?: unknown }} */ (value);
  if (typeof toJSON === "function") return String(value);
  return `{${pairs(Object.entries(value), depth, ": ")}}`;
}

/**
 * @param {readonly (readonly [unknown, unknown])[]} pairs
 * @param {number} depth
 * @param {string} mark
 */
function pairs(pairs, depth, mark) {
  const name = (/** @type {unknown} */ name) =>
    typeof name === "string" && mark === ": " ? name : described(name, depth + 1);
  return pairs.map(([key, value]) => `${name(key)}${mark}${described(value, depth + 1)}`).join(", ");
}
