/**
 * The message as the plugin sees it.
 */
export type RawMessage = {
    id: string;
    key: string | null;
    contentType: string;
    headers: [string, string][];
    eventTimeMs: number;
    attempt: number;
    payload: {
        tag: "text";
        val: string;
    } | {
        tag: "bytes";
        val: Uint8Array;
    };
    extensions: [string, string][];
};
/**
 * A message in the contract's words.
 * @typedef {object} RawMessage
 * @property {string} id
 * @property {string | null} key
 * @property {string} contentType
 * @property {[string, string][]} headers
 * @property {number} eventTimeMs
 * @property {number} attempt
 * @property {{ tag: "text", val: string } | { tag: "bytes", val: Uint8Array }} payload
 * @property {[string, string][]} extensions
 */
/** One unit of data, as the host hands it to the plugin. */
export declare class Message {
    #private;
    /**
     * The SDK makes these; tests use {@link Message.of}.
     * @param {RawMessage} raw
     */
    constructor(raw: RawMessage);
    /**
     * A message for a unit test: a text or bytes as they are, anything else as JSON.
     * @param {unknown} payload
     * @param {{ id?: string, key?: string, contentType?: string, headers?: Record<string, string>, attempt?: number,
     *   eventTimeMs?: number }} [more]
     */
    static of(payload: unknown, { headers, ...more }?: {
        id?: string;
        key?: string;
        contentType?: string;
        headers?: Record<string, string>;
        attempt?: number;
        eventTimeMs?: number;
    }): Message;
    /** Stable across retries, replays and restarts. */
    get id(): string;
    /** Messages with the same key are handled in order. */
    get key(): string | null;
    /** Media type of the payload, with its parameters. */
    get contentType(): string;
    /** The content type without its parameters, in lower case: `application/json`. */
    get mediaType(): string;
    /** What the source sent along: names in lower case with their values; a name may repeat. */
    get headers(): [string, string][];
    /** Milliseconds since the Unix epoch, as the source states it, else the time of arrival. */
    get eventTimeMs(): number;
    /** 1 on the first run. */
    get attempt(): number;
    /** The data: a text where the content type is textual and the bytes are valid UTF-8, bytes otherwise. */
    get payload(): string | Uint8Array<ArrayBufferLike>;
    /** What later versions of the contract add; names that mean nothing to the plugin are to be ignored. */
    get extensions(): [string, string][];
    /**
     * The first header of this name, compared without regard to case.
     * @param {string} name
     * @returns {string | undefined}
     */
    header(name: string): string | undefined;
    /** The payload as text, whichever kind it is; bytes that are no UTF-8 are `not-utf-8`. */
    text(): string;
    /**
     * The payload read as JSON, every number exactly; what is no JSON is `invalid` at the whole message, `not-json`.
     *
     * `T` is what the author expects, not what is checked: a {@link Checker} checks.
     * @template [T=import("./json/read.js").Json]
     * @returns {T}
     */
    json<T = import("./json/read.js").Json>(): T;
}
