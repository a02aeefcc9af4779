/**
 * Country, calling code, prefix inside the country (- for none), lengths of national numbers. From phonelib, MIT.
 * Made by scripts/data.js; don't edit.
 * @type {string}
 */
export declare const PLANS: string;
