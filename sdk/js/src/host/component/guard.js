/**
 * Takes away what would make an outcome depend on anything but the message, from the plugin and its packages, for good.
 */

import { withoutLocales } from "../../environment/locale.js";
import { replace } from "../../environment/replace.js";
import { withoutTimeAndChance } from "../../environment/time.js";
import { loading, seal } from "./phase.js";

/** The engine compares by code points, faster than any code of a plugin. */
const engineCompare = String.prototype.localeCompare;

replace([...withoutLocales((text, other) => engineCompare.call(text, other)), ...withoutTimeAndChance(loading)]);

/**
 * A call of the host.
 * @template T
 * @param {() => T} call
 * @returns {T}
 */
export function called(call) {
  seal();
  return call();
}
