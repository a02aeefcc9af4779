/**
 * One message to send on, as the plugin made it.
 */
export type OutputOptions = {
    /**
     * A target of the flow; none means its default target.
     */
    route?: string | null | undefined;
    /**
     * Outputs with the same key are delivered in order; none: the key of the
     * message.
     */
    key?: string | null | undefined;
    /**
     * What the target recognises a repetition by: derive it from the
     * business object and its version, never from chance; `idempotencyKey()` makes one of any texts. None: the host derives
     * one from the message's id and the output's position.
     */
    idempotencyKey?: string | null | undefined;
    /**
     * Media type of the payload.
     */
    contentType?: string | undefined;
    /**
     * Sent along
     * to the target; as pairs where a name repeats.
     */
    headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[] | undefined;
};
/**
 * What may be said of an output beside its payload.
 * @typedef {object} OutputOptions
 * @property {string | null | undefined} [route] A target of the flow; none means its default target.
 * @property {string | null | undefined} [key] Outputs with the same key are delivered in order; none: the key of the
 *   message.
 * @property {string | null | undefined} [idempotencyKey] What the target recognises a repetition by: derive it from the
 *   business object and its version, never from chance; `idempotencyKey()` makes one of any texts. None: the host derives
 *   one from the message's id and the output's position.
 * @property {string | undefined} [contentType] Media type of the payload.
 * @property {Readonly<Record<string, string>> | readonly (readonly [string, string])[] | undefined} [headers] Sent along
 *   to the target; as pairs where a name repeats.
 */
/** One message to send on. */
export declare class Output {
    contentType: string;
    payload: string | Uint8Array<ArrayBufferLike>;
    /** Route, keys and headers. */
    options: OutputOptions;
    /**
     * A payload of any kind.
     * @param {string} contentType
     * @param {string | Uint8Array} payload
     * @param {OutputOptions} [options]
     */
    constructor(contentType: string, payload: string | Uint8Array, options?: OutputOptions);
    /**
     * This value as JSON. Decimals leave as texts, `bigint` as the number it is.
     * @param {unknown} value
     * @param {OutputOptions} [options]
     */
    static json(value: unknown, options?: OutputOptions): Output;
    /**
     * @param {string} text
     * @param {OutputOptions} [options] `contentType` is `text/plain` unless given
     */
    static text(text: string, options?: OutputOptions): Output;
    /**
     * @param {Uint8Array} bytes
     * @param {OutputOptions} [options] `contentType` is `application/octet-stream` unless given
     */
    static bytes(bytes: Uint8Array, options?: OutputOptions): Output;
    /**
     * The message as it came: payload, content type and headers.
     * @param {import("./message.js").Message} message
     * @param {OutputOptions} [options]
     */
    static unchanged(message: import("./message.js").Message, options?: OutputOptions): Output;
}
