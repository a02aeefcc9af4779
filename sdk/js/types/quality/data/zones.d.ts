/**
 * Time zones and their rules since 1970, from the tz database.
 * Made by sdk/quality/embed.py from sdk/quality/data/zones.txt; don't edit.
 * @type {string}
 */
export declare const ZONES: string;
