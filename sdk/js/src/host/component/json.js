/**
 * What the engine of a component knows of JSON numbers: their source while reading, raw digits while writing.
 */

/**
 * `JSON.parse` with each number replaced by what `convert` makes of it and its digits.
 * @param {string} text
 * @param {(value: number, source: string) => unknown} convert
 * @returns {unknown}
 */
export function parseWithSource(text, convert) {
  const reviver = (/** @type {string} */ _, /** @type {unknown} */ value, /** @type {{ source: string }} */ context) =>
    typeof value === "number" ? convert(value, context.source) : value;
  return JSON.parse(text, /** @type {any} */ (reviver));
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
