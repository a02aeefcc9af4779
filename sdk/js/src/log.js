/**
 * Lines for the operator. The host bounds how many and how long, and escapes control characters; in native tests they
 * go to standard error. Don't log payloads: dead letters keep those, and who may read a log may not be allowed to read
 * the data.
 */

import { write as toHost } from "#host/log";

/** @typedef {import("./host/services.js").Level} Level */

/**
 * What varies, by name: the text itself stays the same from line to line.
 * @typedef {Readonly<Record<string, string>>} Fields
 */

export const log = Object.freeze({
  /**
   * Of use while looking for a fault.
   * @param {string} text
   * @param {Fields} [fields]
   */
  debug: (text, fields) => write("debug", text, fields),
  /**
   * Worth knowing.
   * @param {string} text
   * @param {Fields} [fields]
   */
  info: (text, fields) => write("info", text, fields),
  /**
   * Unexpected, but dealt with.
   * @param {string} text
   * @param {Fields} [fields]
   */
  warn: (text, fields) => write("warn", text, fields),
  /**
   * Somebody has to act.
   * @param {string} text
   * @param {Fields} [fields]
   */
  error: (text, fields) => write("error", text, fields),
  write,
});

/**
 * A line of this level.
 * @param {Level} level
 * @param {string} text
 * @param {Fields} [fields]
 */
function write(level, text, fields = {}) {
  const pairs = Object.entries(fields).map(([name, value]) => /** @type {const} */ ([name, String(value)]));
  toHost(level, text, pairs);
}
