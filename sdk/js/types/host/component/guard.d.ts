/**
 * Takes away what would make an outcome depend on anything but the message, from the plugin and its packages, for good.
 */
/**
 * A call of the host.
 * @template T
 * @param {() => T} call
 * @returns {T}
 */
export declare function called<T>(call: () => T): T;
