/**
 * Keys by which a target recognises a repetition, from any texts.
 *
 * The rule is the same in the SDK of every language, so that a plugin ported to another one keeps its keys;
 * `tests/conformance/idempotency-keys.json` holds them all to it.
 */

import { sha256 } from "./sha256.js";
import { encodeUtf8 } from "./utf8.js";

/** Longest key that the contract allows, in bytes. */
const LONGEST = 255;
/** How much of a longer one stays readable. */
const KEPT = 64;

const OTHERS = /[^A-Za-z0-9._\-+@:]+/g;

/**
 * An idempotency key of these parts: say what kind of thing it is, which one, and which change of it.
 *
 * ```js
 * idempotencyKey("customer", "C-17", "2026-11-30T09:15:00Z"); // customer/C-17/2026-11-30T09:15:00Z
 * idempotencyKey("customer", "Αθήνα"); // customer/%CE%91%CE%B8%CE%AE%CE%BD%CE%B1
 * ```
 *
 * The same parts make the same key, other parts another one. Without what changes (a version, the time of the change)
 * the second change of a customer would carry the key of the first, and a target that honours keys would drop it: if
 * the data has no such part, leave the key to the host.
 *
 * Letters, digits and `. _ - + @ :` stay; other bytes of UTF-8 become `%` and two digits; an empty part becomes `~`;
 * `/` joins the parts. Of more than 255 bytes the first 64 stay, followed by `~` and the SHA-256 of them all.
 * @param {...(string | number | bigint)} parts texts and whole numbers
 * @returns {string}
 */
export function idempotencyKey(...parts) {
  if (parts.length === 0) throw new TypeError("an idempotency key needs at least one part");
  const key = parts.map(escaped).join("/");
  return key.length > LONGEST ? `${key.slice(0, KEPT)}~${sha256(encodeUtf8(key))}` : key;
}

/**
 * @param {unknown} part
 * @param {number} at
 */
function escaped(part, at) {
  if (part === "") return "~";
  return text(part, at).replace(OTHERS, (others) => Array.from(encodeUtf8(others), percent).join(""));
}

/**
 * @param {unknown} part
 * @param {number} at
 */
function text(part, at) {
  if (typeof part === "string") return part;
  if (typeof part === "bigint" || Number.isSafeInteger(part)) return String(part);
  const found = part === null ? "null" : typeof part === "number" ? String(part) : `a value of the type ${typeof part}`;
  throw new TypeError(`part ${at + 1} of an idempotency key is ${found}: give a text or a whole number`);
}

/** @param {number} byte */
function percent(byte) {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
