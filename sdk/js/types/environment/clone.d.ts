/**
 * `structuredClone`: a deep copy of data.
 */
/**
 * @template T
 * @param {T} value
 * @returns {T}
 */
export declare function structuredClone<T>(value: T): T;
