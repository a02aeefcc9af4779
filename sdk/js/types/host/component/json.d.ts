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
export declare function parseWithSource(text: string, convert: (value: number, source: string) => unknown): unknown;
/** A number that is written with just these digits. */
export declare const rawJson: (digits: string) => unknown;
/**
 * @param {unknown} value
 * @param {(name: string, value: unknown) => unknown} [replacer]
 * @returns {string | undefined}
 */
export declare function stringify(value: unknown, replacer?: (name: string, value: unknown) => unknown): string | undefined;
