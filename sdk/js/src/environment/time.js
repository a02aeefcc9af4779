/**
 * Takes time and chance away: the same message must give the same outcome on every run.
 *
 * Without this, asking a component for the time would trap the whole instance, and chance would be a sequence fixed when
 * it was built. An error names the way that is meant instead, and costs one message.
 *
 * Many packages look at the clock when they are loaded, for a cache or a seed, and never again. They shall not fail for
 * it: while the component is built the time is the beginning of 1970, and chance always the same.
 */

/** @typedef {import("./replace.js").Replacement} Replacement */

const NO_CLOCK = "a plugin has no clock of its own: ask for the grant `clock` and use nowMs() of @gantry/sdk/clock";
const NO_CHANCE = "a plugin has no chance: derive what you need from the message";

/** Half of the way from 0 to 1, as good as any. */
const CHANCE = 0.5;

/**
 * @param {() => boolean} loading whether the plugin is still being loaded
 * @returns {Replacement[]}
 */
export function withoutTimeAndChance(loading) {
  const now = () => {
    if (!loading()) throw new Error(NO_CLOCK);
    return 0;
  };
  const random = () => {
    if (!loading()) throw new Error(NO_CHANCE);
    return CHANCE;
  };
  const guarded = guardedDate(now);
  return [
    { owner: globalThis, name: "Date", value: guarded },
    { owner: Date, name: "now", value: now },
    { owner: Date.prototype, name: "constructor", value: guarded },
    { owner: globalThis, name: "performance", value: { now, timeOrigin: 0 } },
    { owner: Math, name: "random", value: random },
  ];
}

/**
 * `Date`, which asks `now` where the engine's would look at the clock.
 * @param {() => number} now
 */
function guardedDate(now) {
  return new Proxy(Date, {
    construct: (date, parts, kind) => Reflect.construct(date, parts.length === 0 ? [now()] : parts, kind),
    apply: (date) => String(new date(now())),
  });
}
