/**
 * A golden case as it stands in its file.
 */
export type RawMessage = import("../message.js").RawMessage;
export type Case = {
    description: string;
    /**
     * JSON
     */
    settings: string;
    /**
     * those that are granted
     */
    tables: import("../host/stand-in/lookup.js").Tables;
    nowMs: number;
    batch: RawMessage[];
    /**
     * one for each message
     */
    expected: readonly unknown[];
    /**
     * instead of a batch: the violations with which the settings are refused
     */
    refused: unknown;
};
/**
 * Reads a case and checks what the runner relies on.
 * @param {string} text
 * @returns {Case}
 */
export declare function readCase(text: string): Case;
/**
 * `{"text": …}`, perhaps so many `times`, and `{"base64": …}` are the raw payload; anything else is JSON.
 * @param {unknown} value
 * @returns {RawMessage["payload"]}
 */
export declare function payload(value: unknown): RawMessage["payload"];
/**
 * A text that is written once and stands for many.
 * @param {unknown} value
 * @returns {value is { text: string, times: number }}
 */
export declare function isRepeated(value: unknown): value is {
    text: string;
    times: number;
};
/**
 * An object with this one member, a text.
 * @template {string} Name
 * @param {unknown} value
 * @param {Name} name
 * @returns {value is { [name in Name]: string }}
 */
export declare function isRaw<Name extends string>(value: unknown, name: Name): value is { [name in Name]: string; };
