/**
 * Article numbers: from the shop's spelling to the ERP's.
 */

import { Defect } from "../outcome.js";
import { fits } from "../pattern.js";
import { trimmed } from "./characters.js";

const NUMBER = /[A-Za-z0-9._-]+$/y;

/**
 * The number behind the shop's prefix: `PROD-12345` → `12345`. Anything but letters, digits, `-`, `.` and `_` behind
 * the prefix, or nothing at all, is a `wrong-sku`.
 * @param {string} sku
 * @param {string} prefix
 * @returns {string}
 */
export function stripPrefix(sku, prefix) {
  const bare = trimmed(sku);
  const number = bare.slice(prefix.length);
  if (bare.startsWith(prefix) && fits(NUMBER, number)) return number;
  throw new Defect("wrong-sku", `\`${sku}\` is not \`${prefix}\` and an article number`);
}
