/**
 * Stacks in the author's files and lines. The engine of a component knows only the bundle; `gantry plugin build` adds a
 * table of where each of its lines comes from, in the notation of source maps.
 */

/** @typedef {{ sources: string[], lines: string }} Lines */

const TABLE = Symbol.for("gantry.lines");
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A place in the bundle, as the engine writes it: `/plugin.js:570:13`. */
const PLACE = /\/plugin\.js:(\d+)(?::\d+)?/g;

/** The file and line of each line of the bundle; made when the first exception is reported. @type {string[]} */
let places = [];

/**
 * The stack with the author's files and lines, where they are known.
 * @param {string} stack
 * @returns {string}
 */
export function inSources(stack) {
  const table = /** @type {{ [TABLE]?: Lines }} */ (globalThis)[TABLE];
  if (table === undefined) return stack;
  if (places.length === 0) places = read(table);
  return stack.replace(PLACE, (place, line) => places[line - 1] || place);
}

/** @param {Lines} table */
function read({ sources, lines }) {
  let source = 0;
  let line = 0;
  return lines.split(";").map((entry) => {
    if (entry === "") return "";
    const [toSource = 0, toLine = 0] = numbers(entry);
    source += toSource;
    line += toLine;
    return `${sources[source]}:${line + 1}`;
  });
}

/**
 * Numbers of five bits a digit, the lowest first, the sign in the lowest of all.
 * @param {string} text
 */
function numbers(text) {
  const found = [];
  let value = 0;
  let shift = 0;
  for (const digit of text) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    found.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return found;
}
