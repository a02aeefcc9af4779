/**
 * What a plugin may miss, and what to use instead: the engine only says that it isn't there.
 */

const NETWORK = "a plugin has no network: rows of tables come from lookup(), and what is emitted goes to a target";
const LATER = "a mapping is synchronous: nothing of it runs later";
const PAGE = "a plugin runs in no browser";
const FILES = "a plugin has no files and no modules at run time: import at the top of the module";

/** @type {Readonly<Record<string, string>>} */
const ABSENT = {
  Buffer: "the sandbox has no Buffer: use Uint8Array with encodeUtf8() and decodeUtf8(), and atob() and btoa()",
  process: "the sandbox has no process: what differs between environments is a setting of the flow, ctx.settings",
  crypto: "the sandbox has no crypto: message.id is unique, and idempotencyKey() makes keys of any texts",
  Intl: "the sandbox has no Intl: inZone() writes local times, Decimal numbers, and fold() makes names comparable",
  fetch: NETWORK,
  XMLHttpRequest: NETWORK,
  WebSocket: NETWORK,
  Request: NETWORK,
  Response: NETWORK,
  Headers: NETWORK,
  FormData: NETWORK,
  setTimeout: LATER,
  setInterval: LATER,
  setImmediate: LATER,
  clearTimeout: LATER,
  clearInterval: LATER,
  requestAnimationFrame: LATER,
  Worker: LATER,
  MessageChannel: LATER,
  window: PAGE,
  document: PAGE,
  self: PAGE,
  navigator: PAGE,
  location: PAGE,
  localStorage: PAGE,
  DOMParser: "the sandbox has no DOMParser: use a package that parses XML, fast-xml-parser for one",
  Blob: "the sandbox has no Blob: use Uint8Array",
  require: FILES,
  module: FILES,
  exports: FILES,
  __dirname: FILES,
  __filename: FILES,
  WebAssembly: "a plugin can't compile WebAssembly",
};

/** The engine's words, and V8's. A ReferenceError carries the name nowhere else. */
const NOT_DEFINED = /^'?([\w$]+)'? is not defined$/;

/**
 * What to use instead of what the error misses, if it misses something known.
 * @param {unknown} error
 * @returns {string | undefined}
 */
export function instead(error) {
  if (!(error instanceof ReferenceError)) return undefined;
  const [, name = ""] = NOT_DEFINED.exec(error.message) ?? [];
  return Object.hasOwn(ABSENT, name) ? ABSENT[name] : undefined;
}
