/**
 * Codes of ISO 4217, each with how many decimals its amounts have.
 * Made by scripts/data.js; don't edit.
 * @type {string}
 */
export declare const CURRENCIES: string;
