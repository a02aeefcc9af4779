/**
 * Takes time and chance away from the plugin: the same message must give the same outcome on every run.
 *
 * Without this, asking for the time would trap the whole instance, and chance would be a sequence fixed when the
 * component was built. An error names the way that is meant instead, and costs one message.
 *
 * Many packages look at the clock when they are loaded, for a cache or a seed, and never again. They shall not fail for
 * it: while the component is built the time is the beginning of 1970, and chance always the same.
 */

import { loading } from "./phase.js";

export { seal } from "./phase.js";

const NO_CLOCK = "a plugin has no clock of its own: ask for the grant `clock` and use nowMs() of @gantry/sdk/clock";
const NO_CHANCE = "a plugin has no chance: derive what you need from the message";

/** Half of the way from 0 to 1, as good as any. */
const CHANCE = 0.5;

const EngineDate = Date;

/** @returns {number} */
function time() {
  if (!loading()) throw new Error(NO_CLOCK);
  return 0;
}

globalThis.Date = /** @type {DateConstructor} */ (
  class Date extends EngineDate {
    /** @param {[]} parts */
    constructor(...parts) {
      if (parts.length === 0) super(time());
      else super(...parts);
    }

    /** @override @returns {number} */
    static now() {
      return time();
    }
  }
);

Math.random = () => {
  if (!loading()) throw new Error(NO_CHANCE);
  return CHANCE;
};

/** @type {{ performance?: unknown }} */ (globalThis).performance = { now: time, timeOrigin: 0 };
