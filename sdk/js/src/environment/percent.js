/**
 * Percent-encoding, as URLs have it.
 */

import { encodeUtf8 } from "../utf8.js";
import { TextDecoder } from "./encoding.js";

/**
 * The text with the UTF-8 bytes of every character that `stays` says no to as `%` and two digits.
 * @param {string} text
 * @param {(character: string) => boolean} stays asked of characters of ASCII only
 */
export function percentEncoded(text, stays) {
  let encoded = "";
  for (const character of text) {
    if (character <= "\x7f" && stays(character)) encoded += character;
    else for (const byte of encodeUtf8(character)) encoded += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

const ENCODED = /%[0-9A-Fa-f]{2}/;

/**
 * The text that the bytes are UTF-8 of, once `%` and two digits are the byte they stand for.
 * @param {string} text
 */
export function decodeBytes(text) {
  if (!ENCODED.test(text)) return text.toWellFormed();
  const bytes = [];
  const given = encodeUtf8(text);
  for (let at = 0; at < given.length; at++) {
    const digits = String.fromCharCode(given[at + 1] ?? 0, given[at + 2] ?? 0);
    const isEncoded = given[at] === 0x25 && /^[0-9A-Fa-f]{2}$/.test(digits);
    bytes.push(isEncoded ? parseInt(digits, 16) : /** @type {number} */ (given[at]));
    if (isEncoded) at += 2;
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}
