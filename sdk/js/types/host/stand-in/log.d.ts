/** The log of native tests: lines go to standard error. */
/** @type {import("../services.js").WriteLog} */
export declare function write(level: import("../services.js").Level, text: string, fields: readonly (readonly [string, string])[]): void;
/**
 * Lines are not told apart here.
 * @param {string} _id
 */
export declare function about(_id: string): void;
