/**
 * One code of ISO 4217 and the decimals of its amounts a line.
 * Made by sdk/quality/embed.py from sdk/quality/data/currencies.txt; don't edit.
 * @type {string}
 */
export declare const CURRENCIES: string;
