/**
 * Lines for the operator. The host bounds how many and how long, and escapes control characters; in native tests they
 * go to standard error. Don't log payloads: dead letters keep those, and who may read a log may not be allowed to read
 * the data.
 */
export type Level = import("./host/services.js").Level;
export type Fields = Readonly<Record<string, string>>;
/** @typedef {import("./host/services.js").Level} Level */
/**
 * What varies, by name: the text itself stays the same from line to line.
 * @typedef {Readonly<Record<string, string>>} Fields
 */
export declare const log: Readonly<{
    /**
     * Of use while looking for a fault.
     * @param {string} text
     * @param {Fields} [fields]
     */
    debug: (text: string, fields?: Fields) => void;
    /**
     * Worth knowing.
     * @param {string} text
     * @param {Fields} [fields]
     */
    info: (text: string, fields?: Fields) => void;
    /**
     * Unexpected, but dealt with.
     * @param {string} text
     * @param {Fields} [fields]
     */
    warn: (text: string, fields?: Fields) => void;
    /**
     * Somebody has to act.
     * @param {string} text
     * @param {Fields} [fields]
     */
    error: (text: string, fields?: Fields) => void;
    write: typeof write;
}>;
/**
 * A line of this level.
 * @param {Level} level
 * @param {string} text
 * @param {Fields} [fields]
 */
declare function write(level: Level, text: string, fields?: Fields): void;
export {};
