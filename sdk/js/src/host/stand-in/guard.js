/**
 * The same for native tests, while the plugin is called: Node has a clock, chance, `Intl` and locales, and a case that
 * passes with them would fail in the sandbox. Tests and their tools keep what they have.
 *
 * Local time is that of UTC, as in a component, for the whole process: a test that calls the mapping itself sees it, too.
 */

import { byCodePoints, withoutLocales } from "../../environment/locale.js";
import { replace } from "../../environment/replace.js";
import { withoutTimeAndChance } from "../../environment/time.js";

process.env["TZ"] = "UTC";

/** @type {{ Intl?: unknown }} */
const surroundings = globalThis;

/**
 * A call of the host.
 * @template T
 * @param {() => T} call
 * @returns {T}
 */
export function called(call) {
  const restore = replace([...withoutLocales(byCodePoints), ...withoutTimeAndChance(() => false)]);
  const { Intl } = surroundings;
  delete surroundings.Intl;
  try {
    return call();
  } finally {
    Object.defineProperty(globalThis, "Intl", { value: Intl, writable: true, configurable: true });
    restore();
  }
}
