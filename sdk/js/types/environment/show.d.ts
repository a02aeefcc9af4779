/**
 * Values as lines of the log show them: short, and never failing.
 */
/**
 * @param {unknown} value
 * @returns {string}
 */
export declare function shown(value: unknown): string;
