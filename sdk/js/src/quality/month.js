/**
 * Names of months in English, German, French and Spanish.
 */

import { fold } from "./fold.js";

/** Folded names by month. A text names a month if it is a beginning of one of them, at least three letters long. */
const NAMES = [
  ["january", "januar", "jaenner", "janner", "janvier", "enero"],
  ["february", "februar", "fevrier", "febrero"],
  ["march", "marz", "maerz", "mars", "marzo", "mrz"],
  ["april", "avril", "abril"],
  ["may", "mai", "mayo"],
  ["june", "juni", "juin", "junio"],
  ["july", "juli", "juillet", "julio"],
  ["august", "aout", "agosto"],
  ["september", "septembre", "septiembre", "setiembre", "sept"],
  ["october", "oktober", "octobre", "octubre"],
  ["november", "novembre", "noviembre"],
  ["december", "dezember", "decembre", "diciembre"],
];

/**
 * The number of the month that a word names, from 1. A beginning that two months share names none (`jui`).
 * @param {string} word
 * @returns {number | undefined}
 */
export function monthNumber(word) {
  const folded = fold(word);
  if (folded.length < 3) return undefined;
  const isNamed = (/** @type {string[]} */ names) => names.some((name) => name.startsWith(folded));
  const first = NAMES.findIndex(isNamed);
  return first >= 0 && first === NAMES.findLastIndex(isNamed) ? first + 1 : undefined;
}
