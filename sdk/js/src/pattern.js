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
export function fits(pattern, text) {
  pattern.lastIndex = 0;
  return pattern.test(text);
}

/**
 * The groups of the pattern, which is sticky, at the beginning of the text; none where it doesn't fit.
 * @param {RegExp} pattern
 * @param {string} text
 * @returns {readonly (string | undefined)[]}
 */
export function groups(pattern, text) {
  pattern.lastIndex = 0;
  return pattern.exec(text) ?? [];
}
