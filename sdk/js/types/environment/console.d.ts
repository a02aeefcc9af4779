/**
 * `console`, whose lines are the plugin's log: a line that is left over from looking for a fault costs no message.
 */
export type Level = import("../host/services.js").Level;
/** @typedef {import("../host/services.js").Level} Level */
/**
 * A console that writes its lines with `write`.
 * @param {import("../host/services.js").WriteLog} write
 */
export declare function console(write: import("../host/services.js").WriteLog): {
    debug: (...values: unknown[]) => void;
    trace: (...values: unknown[]) => void;
    log: (...values: unknown[]) => void;
    info: (...values: unknown[]) => void;
    dir: (...values: unknown[]) => void;
    table: (...values: unknown[]) => void;
    warn: (...values: unknown[]) => void;
    error: (...values: unknown[]) => void;
    /** @param {unknown} holds @param {unknown[]} values */
    assert: (holds: unknown, ...values: unknown[]) => undefined;
    group: (...values: unknown[]) => void;
    groupCollapsed: (...values: unknown[]) => void;
    groupEnd: (label?: unknown) => void;
    time: (label?: unknown) => void;
    timeEnd: (label?: unknown) => void;
    timeLog: (label?: unknown) => void;
    count: (label?: unknown) => void;
    countReset: (label?: unknown) => void;
    clear: (label?: unknown) => void;
};
