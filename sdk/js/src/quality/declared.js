/**
 * What an author declares by a word: a word that there is not would otherwise be read as another one.
 * @template {string} T
 * @param {string} what
 * @param {T} word
 * @param {readonly T[]} words
 * @returns {T}
 */
export function declared(what, word, words) {
  if (words.includes(word)) return word;
  throw new TypeError(`${what} can't be ${JSON.stringify(word)}: it is ${words.join(", ")}`);
}
