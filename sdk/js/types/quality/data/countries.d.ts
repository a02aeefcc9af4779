/**
 * One folded name and its ISO 3166 alpha-2 code a line.
 * Made by scripts/data.js; don't edit.
 * @type {string}
 */
export declare const COUNTRIES: string;
