/**
 * What JavaScript finds around it in Node and in browsers, and packages take for granted, as far as a sandbox can have
 * it. `gantry plugin build` loads this before all else, so that packages find it when they are loaded.
 */

import "./guard.js";
import { console } from "../../environment/console.js";
import { structuredClone } from "../../environment/clone.js";
import { TextDecoder, TextEncoder } from "../../environment/encoding.js";
import { URLSearchParams } from "../../environment/query.js";
import { URL } from "../../environment/url.js";
import { loading } from "./phase.js";
import { write } from "./log.js";

const provided = {
  console: console(writeUnlessLoading),
  structuredClone,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
};

for (const [name, value] of Object.entries(provided)) {
  if (name in globalThis) continue;
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

/**
 * While the plugin is loaded there is no host to write to.
 * @type {import("../services.js").WriteLog}
 */
function writeUnlessLoading(level, text, fields) {
  if (!loading()) write(level, text, fields);
}
