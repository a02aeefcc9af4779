/**
 * The host's clock, `@gantry/sdk/clock`. Importing it makes the component import it: `plugin.toml` must say
 * `[wants] clock = true`, and the operator has to grant it.
 */

import { nowMs as fromHost } from "#host/clock";

/**
 * Milliseconds since the Unix epoch as it stood when the batch began, so that a past run can be repeated exactly.
 * @returns {number}
 */
export function nowMs() {
  return fromHost();
}
