/**
 * E-mail addresses in one spelling, so that they can serve as a key.
 */

import { encodeUtf8 } from "../utf8.js";
import { Defect } from "../outcome.js";
import { lowered, trimmed } from "./characters.js";

/** In bytes, by RFC 5321. */
const LONGEST = 254;
const LONGEST_LOCAL = 64;
const LONGEST_LABEL = 63;

/** Letters beyond ASCII, by leaving out the blocks of Unicode without any: blanks, punctuation, symbols, private use. */
const LETTER =
  "[^\\0-\\xA9\\xAB-\\xB4\\xB6-\\xB9\\xBB-\\xBF\\xD7\\xF7\\u1680\\u2000-\\u2BFF\\u2E00-\\u2E7F\\u3000-\\u3004" +
  "\\u3008-\\u3020\\u3030\\uD800-\\uF8FF\\uFE10-\\uFE6F\\uFEFF-\\uFF0F\\uFF1A-\\uFF20\\uFF3B-\\uFF40\\uFF5B-\\uFF65" +
  "\\uFFE0-\\uFFFF\\u{1F000}-\\u{1FAFF}\\u{E0000}-\\u{10FFFF}]";
const ATOM = `(?:[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]|${LETTER})+`;
const QUOTED = `"(?:[ !#-[\\]-~]|\\\\[ -~]|${LETTER})+"`;
const LOCAL = new RegExp(`^(?:${ATOM}(?:\\.${ATOM})*|${QUOTED})$`, "u");
const LABEL = new RegExp(`^(?!-)(?:[A-Za-z0-9-]|${LETTER})+(?<!-)$`, "u");
const DIGITS = /^\d+$/;
const BRACKETED = /<([^<]*)>$/;

/**
 * The bare address in lower case: `Erika Mustermann <Erika@Example.COM>` → `erika@example.com`; anything else is
 * `not-an-email`. Whether somebody reads there can't be told.
 *
 * An address is what RFC 5321 allows, a quoted local part included, with letters of any script on both sides (RFC 6531).
 * The domain has two labels or more and isn't an IP address. The part before the `@` is lowered too: no mail system in
 * use tells `Erika@` from `erika@`, and people type both.
 * @param {string} text
 * @returns {string}
 */
export function email(text) {
  const address = trimmed(text).replace(/^mailto:/i, "");
  const bare = BRACKETED.exec(address)?.[1] ?? address;
  const at = bare.lastIndexOf("@");
  const fits = at > 0 && size(bare) <= LONGEST && isLocal(bare.slice(0, at)) && isDomain(bare.slice(at + 1));
  if (fits) return lowered(bare);
  throw new Defect("not-an-email", `\`${text}\` is no e-mail address`);
}

/** @param {string} text */
function isLocal(text) {
  return size(text) <= LONGEST_LOCAL && LOCAL.test(text);
}

/** @param {string} text */
function isDomain(text) {
  const labels = text.split(".");
  const isNamed = labels.length >= 2 && !DIGITS.test(labels.at(-1) ?? "");
  return isNamed && labels.every((label) => size(label) <= LONGEST_LABEL && LABEL.test(label));
}

/**
 * In bytes.
 * @param {string} text
 */
function size(text) {
  return encodeUtf8(text).length;
}
