/**
 * Names of months in English, German, French and Spanish.
 */
/**
 * The number of the month that a word names, from 1. A beginning that two months share names none (`jui`).
 * @param {string} word
 * @returns {number | undefined}
 */
export declare function monthNumber(word: string): number | undefined;
