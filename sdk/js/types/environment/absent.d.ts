/**
 * What a plugin may miss, and what to use instead: the engine only says that it isn't there.
 */
/**
 * What to use instead of what the error misses, if it misses something known.
 * @param {unknown} error
 * @returns {string | undefined}
 */
export declare function instead(error: unknown): string | undefined;
