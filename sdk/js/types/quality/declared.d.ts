/**
 * What an author declares by a word: a word that there is not would otherwise be read as another one.
 * @template {string} T
 * @param {string} what
 * @param {T} word
 * @param {readonly T[]} words
 * @returns {T}
 */
export declare function declared<T extends string>(what: string, word: T, words: readonly T[]): T;
