/**
 * Where the ten digits of each script begin, in hexadecimal.
 * Made by sdk/quality/embed.py from sdk/quality/data/digits.txt; don't edit.
 * @type {string}
 */
export declare const ZEROS: string;
