/**
 * What the engine of a component knows of JSON numbers: their source while reading, raw digits while writing.
 */

/**
 * `JSON.parse` with each number replaced by what `convert` makes of it and its digits.
 *
 * Of a member that an object has twice, the engine gives the last value and the digits of the first one. Such a text
 * spells more members than are found, and is read again.
 * @param {string} text
 * @param {(value: number, source: string) => unknown} convert
 * @returns {unknown}
 */
export function parseWithSource(text, convert) {
  let found = 0;
  let nameless = 1;
  const reviver = (
    /** @type {string} */ _,
    /** @type {unknown} */ value,
    /** @type {{ source: string }} */ context,
  ) => {
    found++;
    if (typeof value === "number") return convert(value, context.source);
    if (Array.isArray(value)) nameless += value.length;
    return value;
  };
  const value = JSON.parse(text, /** @type {any} */ (reviver));
  return found - nameless === mostMembers(text) ? value : parseMarked(text, convert);
}

/** What a colon behind a name can follow, beside the name. */
const BLANKS = [" :", "\n:", "\t:", "\r:"];

/**
 * How many members a JSON text spells, or more: texts that look like a name count, too.
 * @param {string} text
 */
function mostMembers(text) {
  if (BLANKS.some((blank) => text.includes(blank))) return text.match(/"\s*:/g)?.length ?? 0;
  return text.split('":').length - 1;
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*/g;

/**
 * The same without the engine's help: numbers travel through `JSON.parse` as texts, which one letter tells from texts.
 * @type {typeof parseWithSource}
 */
export function parseMarked(text, convert) {
  // Only for its error: marking might turn what is no JSON into some.
  JSON.parse(text);
  return JSON.parse(text.replace(TOKEN, marked), (_, value) => {
    if (typeof value !== "string") return value;
    const source = value.slice(1);
    return value.startsWith("n") ? convert(Number(source), source) : source;
  });
}

/**
 * @param {string} token
 * @param {string | undefined} text
 * @param {string | undefined} colon
 */
function marked(token, text, colon) {
  if (text === undefined) return `"n${token}"`;
  return colon === undefined ? `"t${text.slice(1)}` : token;
}

/** A number that is written with just these digits. */
export const rawJson = /** @type {{ rawJSON: (digits: string) => unknown }} */ (/** @type {unknown} */ (JSON)).rawJSON;

/**
 * @param {unknown} value
 * @param {(name: string, value: unknown) => unknown} [replacer]
 * @returns {string | undefined}
 */
export function stringify(value, replacer) {
  return JSON.stringify(value, replacer);
}
