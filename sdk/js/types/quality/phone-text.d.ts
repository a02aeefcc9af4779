/**
 * Finding the phone number in a text.
 */
/**
 * The number in a text, without its extension, as a plus, digits, letters and marks; undefined where there is none.
 * @param {string} text
 * @returns {string | undefined}
 */
export declare function numberIn(text: string): string | undefined;
/**
 * The digits of a number; three letters or more are those of the keys of a telephone.
 * @param {string} number
 * @returns {string}
 */
export declare function digitsOf(number: string): string;
