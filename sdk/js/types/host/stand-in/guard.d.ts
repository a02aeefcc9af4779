/**
 * The same for native tests, while the plugin is called: Node has a clock, chance, `Intl` and locales, and a case that
 * passes with them would fail in the sandbox. Tests and their tools keep what they have.
 *
 * Local time is that of UTC, as in a component, for the whole process: a test that calls the mapping itself sees it, too.
 */
/**
 * A call of the host.
 * @template T
 * @param {() => T} call
 * @returns {T}
 */
export declare function called<T>(call: () => T): T;
