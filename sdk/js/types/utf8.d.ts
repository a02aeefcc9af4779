/**
 * UTF-8 to text and back: the engine of a component has no `TextDecoder`. Payloads that are text never come this way.
 */
/**
 * The text of these bytes; anything but well-formed UTF-8 is a defect, `not-utf-8`.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export declare function decodeUtf8(bytes: Uint8Array): string;
/**
 * The bytes of this text. A surrogate without its other half becomes U+FFFD.
 * @param {string} text
 * @returns {Uint8Array}
 */
export declare function encodeUtf8(text: string): Uint8Array;
