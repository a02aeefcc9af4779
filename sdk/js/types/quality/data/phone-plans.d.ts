/**
 * Numbering plans of all countries, from libphonenumber (Apache License 2.0).
 * Made by sdk/quality/embed.py from sdk/quality/data/phone-plans.txt; don't edit.
 * @type {string}
 */
export declare const PLANS: string;
