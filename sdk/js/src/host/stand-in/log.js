/** The log of native tests: lines go to standard error. */

/** @type {import("../services.js").WriteLog} */
export function write(level, text, fields) {
  const shown = fields.map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  console.error([level, text, ...shown].join(" "));
}

/**
 * Lines are not told apart here.
 * @param {string} _id
 */
export function about(_id) {}
