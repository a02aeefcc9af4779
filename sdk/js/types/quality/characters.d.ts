/**
 * Characters as every SDK sees them: a language's own functions differ in corners.
 */
/**
 * The text without blanks around it, which are those that Unicode calls white space.
 * @param {string} text
 * @returns {string}
 */
export declare function trimmed(text: string): string;
/**
 * The text in lower case, character by character, whatever stands around it.
 * @param {string} text
 * @returns {string}
 */
export declare function lowered(text: string): string;
