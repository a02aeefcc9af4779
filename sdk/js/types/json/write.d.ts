/**
 * Writes JSON: compact, members in their order, `bigint` with all its digits.
 */
/**
 * The JSON text of a value. What JSON can't hold (a function, a symbol, `undefined`, a cycle) is a bug of the plugin
 * and throws.
 * @param {unknown} value
 * @returns {string}
 */
export declare function writeJson(value: unknown): string;
