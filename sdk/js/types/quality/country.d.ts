/**
 * Countries to ISO 3166 alpha-2.
 *
 * The names stand in `data/countries.js`: codes, English names and their variants, and what a country's own people and
 * its neighbours call it. The table is built when the component is, so it costs a message nothing.
 */
/**
 * The alpha-2 code of a country given as a code (two or three letters) or a name: English with its variants (`UK`,
 * `U.S.A.`, `Ivory Coast`), native (`Deutschland`, `España`, `日本`), or a neighbour's. Case, accents and punctuation
 * don't matter. Beside ISO 3166, Kosovo's customary `XK` is known. Anything else is an `unknown-country`.
 * @param {string} text
 * @returns {string}
 */
export declare function alpha2(text: string): string;
