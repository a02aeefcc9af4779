/**
 * Takes time and chance away from the plugin: the same message must give the same outcome on every run.
 *
 * Without this, asking for the time would trap the whole instance, and chance would be a sequence fixed when the
 * component was built. An error names the way that is meant instead, and costs one message.
 */

const NO_CLOCK = "a plugin has no clock of its own: ask for the grant `clock` and use nowMs() of @gantry/sdk/clock";
const NO_CHANCE = "a plugin has no chance: derive what you need from the message";

const EngineDate = Date;

globalThis.Date = /** @type {DateConstructor} */ (
  class Date extends EngineDate {
    /** @param {[]} parts */
    constructor(...parts) {
      if (parts.length === 0) throw new Error(NO_CLOCK);
      super(...parts);
    }

    /** @override @returns {number} */
    static now() {
      throw new Error(NO_CLOCK);
    }
  }
);

Math.random = () => {
  throw new Error(NO_CHANCE);
};

/** @type {{ performance?: unknown }} */ (globalThis).performance = undefined;
