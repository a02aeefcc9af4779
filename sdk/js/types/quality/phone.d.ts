/**
 * Phone numbers to E.164, as libphonenumber reads and judges them, by the same numbering plans of all countries.
 *
 * A number is read however people write it: with `+`, with the digits that lead abroad from its country (`00`, `011`),
 * with or without what is dialled inside the country only, as a `tel:` link, with an extension, which is left out, or
 * with letters for digits. It must be valid: of a range that its country has given out. Whether it is in service can't
 * be told.
 */
/**
 * The number as `+` and digits. One in national spelling is read by the plan of `country`, an ISO 3166 alpha-2 code.
 * What isn't a valid number is `not-a-phone-number`; a country that is no such code is a mistake of the plugin. Without
 * one, `""`, only international spelling is read.
 * @param {string} text
 * @param {string} country
 * @returns {string}
 */
export declare function e164(text: string, country: string): string;
