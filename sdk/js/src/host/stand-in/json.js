/**
 * The same for native tests. Node knows the source of numbers from version 22 on; before, digits travel through
 * `JSON.parse` and `JSON.stringify` as texts with a mark that nobody can guess.
 */

import * as engine from "../component/json.js";

const MARK = `\u0000${Math.random()}:`;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const MARKED = new RegExp(`"${JSON.stringify(MARK).slice(1, -1).replaceAll("\\", "\\\\")}([^"]*)"`, "g");

/** @type {typeof engine.parseWithSource} */
function parseMarked(text, convert) {
  // Only for its error: marking might turn what is no JSON into some.
  JSON.parse(text);
  const marked = text.replace(TOKEN, (token) => (token.startsWith('"') ? token : JSON.stringify(MARK + token)));
  return JSON.parse(marked, (_, value) => {
    if (typeof value !== "string" || !value.startsWith(MARK)) return value;
    const source = value.slice(MARK.length);
    return convert(Number(source), source);
  });
}

/** @type {typeof engine.stringify} */
function stringifyMarked(value, replacer) {
  return JSON.stringify(value, replacer)?.replace(MARKED, "$1");
}

const isOld = engine.rawJson === undefined;

export const parseWithSource = isOld ? parseMarked : engine.parseWithSource;
export const rawJson = isOld ? (/** @type {string} */ digits) => MARK + digits : engine.rawJson;
export const stringify = isOld ? stringifyMarked : engine.stringify;
