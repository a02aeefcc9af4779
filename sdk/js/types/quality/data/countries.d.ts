/**
 * One folded name and its ISO 3166 alpha-2 code a line.
 * Made by sdk/quality/embed.py from sdk/quality/data/countries.txt; don't edit.
 * @type {string}
 */
export declare const COUNTRIES: string;
