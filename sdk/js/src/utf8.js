/**
 * UTF-8 to text and back: the engine of a component has no `TextDecoder`. Payloads that are text never come this way.
 */

import { Defect } from "./outcome.js";

/** Smallest code point that needs this many continuation bytes: anything below is an overlong form. */
const SMALLEST = [0, 0x80, 0x800, 0x10000];

/**
 * The text of these bytes; anything but well-formed UTF-8 is a defect, `not-utf-8`.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function decodeUtf8(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const first = byte(bytes, at);
    const more = continuations(first, at);
    let point = more === 0 ? first : first & (0x3f >> more);
    for (let n = 1; n <= more; n++) {
      const next = byte(bytes, at + n);
      if ((next & 0xc0) !== 0x80) throw notUtf8(at);
      point = (point << 6) | (next & 0x3f);
    }
    const isSurrogate = point >= 0xd800 && point <= 0xdfff;
    if (point < /** @type {number} */ (SMALLEST[more]) || isSurrogate || point > 0x10ffff) throw notUtf8(at);
    text += String.fromCodePoint(point);
    at += more + 1;
  }
  return text;
}

/**
 * The bytes of this text. A surrogate without its other half becomes U+FFFD.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function encodeUtf8(text) {
  const bytes = [];
  for (const character of text.toWellFormed()) {
    const point = /** @type {number} */ (character.codePointAt(0));
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
    else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
  }
  return Uint8Array.from(bytes);
}

/** @param {number} point */
function tail(point) {
  return 0x80 | (point & 0x3f);
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function byte(bytes, at) {
  return bytes[at] ?? 0;
}

/**
 * How many bytes follow the first one.
 * @param {number} first
 * @param {number} at
 */
function continuations(first, at) {
  if (first < 0x80) return 0;
  if (first >= 0xc0 && first < 0xe0) return 1;
  if (first >= 0xe0 && first < 0xf0) return 2;
  if (first >= 0xf0 && first < 0xf8) return 3;
  throw notUtf8(at);
}

/** @param {number} at */
function notUtf8(at) {
  return new Defect("not-utf-8", `not UTF-8 at byte ${at}`);
}
