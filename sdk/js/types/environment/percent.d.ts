/**
 * Percent-encoding, as URLs have it.
 */
/**
 * The text with the UTF-8 bytes of every character that `stays` says no to as `%` and two digits.
 * @param {string} text
 * @param {(character: string) => boolean} stays asked of characters of ASCII only
 */
export declare function percentEncoded(text: string, stays: (character: string) => boolean): string;
/**
 * The text that the bytes are UTF-8 of, once `%` and two digits are the byte they stand for.
 * @param {string} text
 */
export declare function decodeBytes(text: string): string;
