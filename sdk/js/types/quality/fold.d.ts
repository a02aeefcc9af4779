/**
 * Brings names to a form in which they can be compared.
 */
/**
 * Lower case letters and digits without accents: `Côte d'Ivoire` and `COTE D IVOIRE` become `cotedivoire`. Letters of
 * other scripts stay, in lower case; `ß` is `ss`, and `ä`, `ö`, `ü` lose their dots.
 *
 * For comparing only: names are to be sent on as they came.
 * @param {string} text
 * @returns {string}
 */
export declare function fold(text: string): string;
