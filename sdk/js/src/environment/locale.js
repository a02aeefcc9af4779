/**
 * Takes away what depends on locales. The engine of a component has no tables of them: it would take a locale or a zone,
 * ignore it and answer something else than Node and browsers do, so that `toLocaleDateString("de-DE")` is an American
 * date. An error names what to use instead.
 *
 * What needs no locale stays: `toLocaleUpperCase()` without one, and `localeCompare(other)`, which compares by code points
 * in composed form, wherever it runs.
 */

/** @typedef {import("./replace.js").Replacement} Replacement */

const NUMBERS = "write numbers with Decimal, or with toFixed() and separators of your own";
const DATES = 'inZone(instant, "Europe/Berlin") writes the local time of a zone, toISOString() that of UTC';
const ORDER = "localeCompare(other) alone compares by code points; fold() both texts to ignore case and accents";
const CASE = "toUpperCase() and toLowerCase() are the same for all languages";

/**
 * @param {(text: string, other: string) => number} compare texts without a locale: by code points, in composed form
 * @returns {Replacement[]}
 */
export function withoutLocales(compare) {
  const dates = ["toLocaleString", "toLocaleDateString", "toLocaleTimeString"];
  return [
    ...[Number.prototype, BigInt.prototype].map((owner) => refused(owner, "toLocaleString", NUMBERS)),
    ...dates.map((name) => refused(Date.prototype, name, DATES)),
    { owner: String.prototype, name: "localeCompare", value: comparing(compare) },
    plain("toLocaleUpperCase", String.prototype.toUpperCase),
    plain("toLocaleLowerCase", String.prototype.toLowerCase),
  ];
}

/**
 * As the engine of a component compares.
 * @param {string} text
 * @param {string} other
 */
export function byCodePoints(text, other) {
  const [points, others] = [text, other].map((text) => Array.from(text.normalize(), codePoint));
  return order(points ?? [], others ?? []);
}

/** @param {string} character */
function codePoint(character) {
  return character.codePointAt(0) ?? 0;
}

/**
 * @param {readonly number[]} points
 * @param {readonly number[]} others
 */
function order(points, others) {
  const at = points.findIndex((point, at) => point !== others[at]);
  if (at < 0) return Math.sign(points.length - others.length);
  return Math.sign((points[at] ?? -1) - (others[at] ?? -1));
}

/**
 * @param {object} owner
 * @param {string} name
 * @param {string} instead
 * @returns {Replacement}
 */
function refused(owner, name, instead) {
  const value = () => {
    throw noLocales(name, instead);
  };
  return { owner, name, value };
}

/** @param {(text: string, other: string) => number} compare */
function comparing(compare) {
  /** @this {unknown} @param {unknown} other @param {...unknown} locale */
  return function localeCompare(other, ...locale) {
    mustBeNone("localeCompare", locale, ORDER);
    return compare(String(this), String(other));
  };
}

/**
 * @param {string} name
 * @param {(this: string) => string} change
 * @returns {Replacement}
 */
function plain(name, change) {
  /** @this {unknown} @param {...unknown} locale */
  const value = function (...locale) {
    mustBeNone(name, locale, CASE);
    return change.call(String(this));
  };
  return { owner: String.prototype, name, value };
}

/**
 * @param {string} name
 * @param {readonly unknown[]} given
 * @param {string} instead
 */
function mustBeNone(name, given, instead) {
  if (given.some((value) => value !== undefined)) throw noLocales(name, instead);
}

/** @param {string} name @param {string} instead */
function noLocales(name, instead) {
  return new Error(`a plugin knows no locales, so ${name}() would answer something else than you ask for: ${instead}`);
}
