/**
 * Takes time and chance away: the same message must give the same outcome on every run.
 *
 * Without this, asking a component for the time would trap the whole instance, and chance would be a sequence fixed when
 * it was built. An error names the way that is meant instead, and costs one message.
 *
 * Many packages look at the clock when they are loaded, for a cache or a seed, and never again. They shall not fail for
 * it: while the component is built the time is the beginning of 1970, and chance always the same.
 */
export type Replacement = import("./replace.js").Replacement;
/**
 * @param {() => boolean} loading whether the plugin is still being loaded
 * @returns {Replacement[]}
 */
export declare function withoutTimeAndChance(loading: () => boolean): Replacement[];
