/**
 * Phone numbers to E.164, by the numbering plans in `data/phone-plans.js`: each country's calling code, the prefix that
 * is dialled inside the country only, and how many digits its numbers have.
 *
 * That is all that is checked: not whether an area code exists or a number is in service. International spellings begin
 * with `+` or `00`, or with `011` in North America; other access codes, extensions and letters are refused.
 */
export type Plan = {
    calling: string;
    trunk: string;
    lengths: readonly number[];
};
/**
 * The number as `+` and digits. One in national spelling is read by the plan of `country`, an ISO 3166 alpha-2 code.
 * What can't be dialled is `not-a-phone-number`.
 * @param {string} text
 * @param {string} country
 * @returns {string}
 */
export declare function e164(text: string, country: string): string;
