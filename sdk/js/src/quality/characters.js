/**
 * Characters as every SDK sees them: a language's own functions differ in corners.
 */

const BLANK = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/**
 * The text without blanks around it, which are those that Unicode calls white space.
 * @param {string} text
 * @returns {string}
 */
export function trimmed(text) {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.test(text.charAt(start))) start++;
  while (end > start && BLANK.test(text.charAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/**
 * The text in lower case, character by character, whatever stands around it.
 * @param {string} text
 * @returns {string}
 */
export function lowered(text) {
  const lower = text.toLowerCase();
  return /^[\x00-\x7f]*$/.test(lower) ? lower : Array.from(text, loweredCharacter).join("");
}

/** @param {string} character */
function loweredCharacter(character) {
  const [first = ""] = character.toLowerCase();
  return first;
}
