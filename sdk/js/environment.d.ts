/**
 * Types of what a plugin finds around it, for projects without those of Node and browsers: in `tsconfig.json`,
 * `"types": ["@gantry/sdk/environment"]`.
 */

import type { console as consoleOf } from "./types/environment/console.js";
import type * as encoding from "./types/environment/encoding.js";
import type * as query from "./types/environment/query.js";
import type * as url from "./types/environment/url.js";

declare global {
  var console: ReturnType<typeof consoleOf>;

  var TextDecoder: typeof encoding.TextDecoder;
  type TextDecoder = encoding.TextDecoder;
  var TextEncoder: typeof encoding.TextEncoder;
  type TextEncoder = encoding.TextEncoder;
  var URL: typeof url.URL;
  type URL = url.URL;
  var URLSearchParams: typeof query.URLSearchParams;
  type URLSearchParams = query.URLSearchParams;

  function structuredClone<T>(value: T): T;
  function atob(text: string): string;
  function btoa(text: string): string;
  function queueMicrotask(call: () => void): void;
}
