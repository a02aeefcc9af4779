/**
 * Takes away what depends on locales. The engine of a component has no tables of them: it would take a locale or a zone,
 * ignore it and answer something else than Node and browsers do, so that `toLocaleDateString("de-DE")` is an American
 * date. An error names what to use instead.
 *
 * What needs no locale stays: `toLocaleUpperCase()` without one, and `localeCompare(other)`, which compares by code points
 * in composed form, wherever it runs.
 */
export type Replacement = import("./replace.js").Replacement;
/**
 * @param {(text: string, other: string) => number} compare texts without a locale: by code points, in composed form
 * @returns {Replacement[]}
 */
export declare function withoutLocales(compare: (text: string, other: string) => number): Replacement[];
/**
 * As the engine of a component compares.
 * @param {string} text
 * @param {string} other
 */
export declare function byCodePoints(text: string, other: string): number;
