/** The contract's import `log`. */
/**
 * Lines are about the message with this id from now on.
 * @param {string} id
 */
export declare function about(id: string): void;
/** @type {import("../services.js").WriteLog} */
export declare function write(level: import("../services.js").Level, text: string, fields: readonly (readonly [string, string])[]): void;
