/**
 * Writes JSON: compact, members in their order, `bigint` with all its digits.
 */
/**
 * The JSON text of a value. What JSON can't hold (`NaN`, a promise, a `Map`, a function, `undefined` in an array, an
 * instance of a class without `toJSON`, a cycle, half of a surrogate pair …) is a bug of the plugin: a `TypeError` names its place and the likely
 * cause. A member that is `undefined` is left out.
 * @param {unknown} value
 * @returns {string}
 */
export declare function writeJson(value: unknown): string;
