/**
 * SHA-256 as FIPS 180-4 defines it: the engine of a component has no `crypto`.
 */
/**
 * The digest in lower-case hexadecimal digits.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export declare function sha256(bytes: Uint8Array): string;
export type Eight = [number, number, number, number, number, number, number, number];
/** @typedef {[number, number, number, number, number, number, number, number]} Eight */
