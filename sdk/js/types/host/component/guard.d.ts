/**
 * Takes time and chance away from the plugin: the same message must give the same outcome on every run.
 *
 * Without this, asking for the time would trap the whole instance, and chance would be a sequence fixed when the
 * component was built. An error names the way that is meant instead, and costs one message.
 *
 * Many packages look at the clock when they are loaded, for a cache or a seed, and never again. They shall not fail for
 * it: while the component is built the time is the beginning of 1970, and chance always the same.
 */
export { seal } from "./phase.js";
