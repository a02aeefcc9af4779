/**
 * `console`, whose lines are the plugin's log: a line that is left over from looking for a fault costs no message.
 */

import { shown } from "./show.js";

/** @typedef {import("../host/services.js").Level} Level */

/**
 * A console that writes its lines with `write`.
 * @param {import("../host/services.js").WriteLog} write
 */
export function console(write) {
  /** @param {Level} level @returns {(...values: unknown[]) => void} */
  const line =
    (level) =>
    (...values) =>
      write(level, formatted(values), []);
  const debug = line("debug");
  const info = line("info");
  const error = line("error");
  /** @type {(label?: unknown) => void} */
  const nothing = () => {};
  return {
    debug,
    trace: debug,
    log: info,
    info,
    dir: info,
    table: info,
    warn: line("warn"),
    error,
    /** @param {unknown} holds @param {unknown[]} values */
    assert: (holds, ...values) => void (holds || error("assertion failed:", ...values)),
    group: info,
    groupCollapsed: info,
    groupEnd: nothing,
    // There is no clock.
    time: nothing,
    timeEnd: nothing,
    timeLog: nothing,
    count: nothing,
    countReset: nothing,
    clear: nothing,
  };
}

const DIRECTIVE = /%[sdifjoOc%]/g;

/**
 * One line of these values; `%s` and the like in the first one stand for the next.
 * @param {readonly unknown[]} values
 */
function formatted([first, ...others]) {
  if (typeof first !== "string") return [first, ...others].map(shown).join(" ");
  const text = first.replace(DIRECTIVE, (directive) => {
    if (directive === "%%") return "%";
    if (others.length === 0) return directive;
    const value = others.shift();
    return directive === "%c" ? "" : directive === "%s" || directive.length > 2 ? String(value) : shown(value);
  });
  return [text, ...others.map(shown)].join(" ");
}
