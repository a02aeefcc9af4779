/**
 * Countries to ISO 3166 alpha-2.
 *
 * The names stand in `data/countries.js`: codes, English names and their variants, and what a country's own people and
 * its neighbours call it. The table is built when the component is, so it costs a message nothing.
 */

import { COUNTRIES } from "./data/countries.js";
import { fold } from "./fold.js";
import { Defect } from "../outcome.js";

/** @type {ReadonlyMap<string, string>} Codes by folded name. */
const CODES = new Map(COUNTRIES.split("\n").map((line) => /** @type {const} */ ([line.slice(0, -3), line.slice(-2)])));

/**
 * The alpha-2 code of a country given as a code (two or three letters) or a name: English with its variants (`UK`,
 * `U.S.A.`, `Ivory Coast`), native (`Deutschland`, `España`, `日本`), or a neighbour's. Case, accents and punctuation
 * don't matter. Beside ISO 3166, Kosovo's customary `XK` is known. Anything else is an `unknown-country`.
 * @param {string} text
 * @returns {string}
 */
export function alpha2(text) {
  // Most names are folded but for their case.
  const code = CODES.get(text.toLowerCase()) ?? CODES.get(fold(text));
  if (code === undefined) throw new Defect("unknown-country", `\`${text}\` is no country known by ISO 3166`);
  return code;
}
