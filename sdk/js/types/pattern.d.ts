/**
 * Sticky patterns, `/…/y`, at the beginning of a text.
 *
 * The engine of a component tries a pattern that begins with `^` at every character of a text before it says no. A
 * sticky one says no at the first character, but keeps a position that must be put back.
 */
/**
 * True if the pattern, which is sticky, fits at the beginning of the text.
 * @param {RegExp} pattern
 * @param {string} text
 */
export declare function fits(pattern: RegExp, text: string): boolean;
/**
 * The groups of the pattern, which is sticky, at the beginning of the text; none where it doesn't fit.
 * @param {RegExp} pattern
 * @param {string} text
 * @returns {readonly (string | undefined)[]}
 */
export declare function groups(pattern: RegExp, text: string): readonly (string | undefined)[];
