/**
 * The shapes of numbers that the plans name, from libphonenumber (Apache License 2.0).
 * Made by sdk/quality/embed.py from sdk/quality/data/phone-shapes.txt; don't edit.
 * @type {string}
 */
export declare const SHAPES: string;
