/**
 * The same for native tests. Node knows the source of numbers from version 22 on; before, digits travel through
 * `JSON.stringify` as texts with a mark that nobody can guess.
 */

import * as engine from "../component/json.js";

const MARK = `\u0000${Math.random()}:`;
const MARKED = new RegExp(`"${JSON.stringify(MARK).slice(1, -1).replaceAll("\\", "\\\\")}([^"]*)"`, "g");

/** @type {typeof engine.stringify} */
function stringifyMarked(value, replacer) {
  return JSON.stringify(value, replacer)?.replace(MARKED, "$1");
}

const isOld = engine.rawJson === undefined;

export const parseWithSource = isOld ? engine.parseMarked : engine.parseWithSource;
export const rawJson = isOld ? (/** @type {string} */ digits) => MARK + digits : engine.rawJson;
export const stringify = isOld ? stringifyMarked : engine.stringify;
