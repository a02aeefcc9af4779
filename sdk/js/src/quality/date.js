/**
 * Dates of many spellings to ISO 8601.
 *
 * | spelling | example |
 * |---|---|
 * | ISO 8601 and RFC 3339; the date as written, whatever the offset | `2026-03-09`, `20260309`, `2026-03-09T23:59:59+02:00` |
 * | year first | `2026/3/9`, `2026.03.09` |
 * | points: day first, always | `9.3.2026`, `09.03.2026` |
 * | slashes or dashes: by the declared order | `9/3/2026`, `03-09-2026` |
 * | names of months in English, German, French or Spanish | `9 March 2026`, `Mar 9, 2026`, `9. März 2026`, `Mon, 09 Mar 2026 10:00:00 +0100` |
 *
 * Years have four digits: `09.03.26` is `not-a-date`, since nobody can tell which century it means.
 *
 * A date is a text, `2026-03-09`: such texts compare, with `<` and `>=`, as the dates do.
 */

import { Defect } from "../outcome.js";
import { fits, groups } from "../pattern.js";
import { trimmed } from "./characters.js";
import { declared } from "./declared.js";
import { monthNumber } from "./month.js";

/**
 * What comes first in `03/09/2026`. Undeclared: dates that can be read only one way pass (`25/12/2026`), others are an
 * `ambiguous-date`.
 * @typedef {"undeclared" | "day_first" | "month_first"} Order
 */

/** The time of day behind a date: checked, so that rubbish isn't taken for a date, and then left out. */
const TIME =
  "(?:[Tt ](?:[01]\\d|2[0-3]):[0-5]\\d(?::(?:[0-5]\\d|60)(?:[.,]\\d+)?)?" +
  "(?: *(?:[Zz]|UTC|GMT|[-+][\\d:]{2}|[-+][\\d:]{4,5}))?)?$";
const ISO = new RegExp(`\\d{4}-\\d\\d-\\d\\d${TIME}`, "y");
const COMPACT = /\d{8}$/y;
const NUMERIC = new RegExp(`(\\d{1,4})([./-])(\\d{1,2})\\2(\\d{1,4})${TIME}`, "y");
const ONLY_TIME = new RegExp(TIME, "y");
const HAS_LETTERS = /[A-Za-z\u0080-\uffff]/;

const WEEKDAY = /[A-Za-z.\u0080-\uffff]*,/y;
const MARKS = "[ ,.\\-\\u00a0]";
const WORD = new RegExp(`${MARKS}*([^ ,.\\-\\u00a0]*)`, "y");
const FILLERS = ["de", "del", "of"];
const DAY = /(\d{1,2})(?:st|nd|rd|th|er|º|°)?$/y;
const YEAR = /\d{4}$/y;

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The date a text stands for, as `2026-03-09`; anything else is `not-a-date`, or an `ambiguous-date`.
 * @param {string} text
 * @param {Order} [order]
 * @returns {string}
 */
export function parseDate(text, order = "undeclared") {
  declared("the order of a date", order, ["undeclared", "day_first", "month_first"]);
  const bare = trimmed(text);
  const date = iso(bare) ?? (HAS_LETTERS.test(bare) ? named(bare) : numeric(bare, order));
  if (date === undefined) throw new Defect("not-a-date", `\`${text}\` is no date of a known spelling`);
  return date;
}

/**
 * `2026-03-09` or `20260309`, the former alone or before a time of day.
 * @param {string} text
 */
function iso(text) {
  if (fits(ISO, text)) {
    const date = text.slice(0, 10);
    return exists(+date.slice(0, 4), +date.slice(5, 7), +date.slice(8)) ? date : undefined;
  }
  return fits(COMPACT, text) ? dateOf(text.slice(0, 4), text.slice(4, 6), text.slice(6)) : undefined;
}

/**
 * `9.3.2026`, `2026/3/9`, `03/09/2026`
 * @param {string} text
 * @param {Order} order
 */
function numeric(text, order) {
  const [, first = "", mark, second = "", third = ""] = groups(NUMERIC, text);
  if (first.length === 4) return third.length <= 2 ? dateOf(first, second, third) : undefined;
  if (first.length > 2 || third.length !== 4) return undefined;
  if (mark === "." || order === "day_first") return dateOf(third, second, first);
  if (order === "month_first") return dateOf(third, first, second);
  return onlyReading(text, dateOf(third, second, first), dateOf(third, first, second));
}

/**
 * The one way to read a date whose order nobody declared.
 * @param {string} text
 * @param {string | undefined} dayFirst
 * @param {string | undefined} monthFirst
 */
function onlyReading(text, dayFirst, monthFirst) {
  if (dayFirst === undefined || monthFirst === undefined || dayFirst === monthFirst) return dayFirst ?? monthFirst;
  const readings = `\`${text}\` is either ${dayFirst} or ${monthFirst}`;
  throw new Defect("ambiguous-date", `${readings}: declare which comes first`);
}

/**
 * `9 March 2026`, `March 9, 2026`, `9. März 2026`, `Mon, 09 Mar 2026 10:00:00 +0100`; the weekday isn't checked.
 * @param {string} text
 */
function named(text) {
  const rest = fits(WEEKDAY, text) ? text.slice(WEEKDAY.lastIndex) : text;
  WORD.lastIndex = 0;
  const next = () => WORD.exec(rest)?.[1] ?? "";
  const [first, second] = [next(), unfilled(next)];
  const year = unfilled(next);
  const isDayFirst = fits(DAY, first);
  const [, day] = groups(DAY, isDayFirst ? first : second);
  const month = monthNumber(isDayFirst ? second : first);
  if (day === undefined || month === undefined || !fits(YEAR, year)) return undefined;
  return fits(ONLY_TIME, rest.slice(WORD.lastIndex)) ? dateOf(year, String(month), day) : undefined;
}

/**
 * The next word, or the one behind `of` or `de`.
 * @param {() => string} next
 */
function unfilled(next) {
  const word = next();
  return FILLERS.includes(word) ? next() : word;
}

/**
 * @param {string} year
 * @param {string} month
 * @param {string} day
 * @returns {string | undefined}
 */
function dateOf(year, month, day) {
  if (!exists(+year, +month, +day)) return undefined;
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

/**
 * @param {number} year
 * @param {number} month
 * @param {number} day
 */
function exists(year, month, day) {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : DAYS[month - 1];
  return year > 0 && days !== undefined && day >= 1 && day <= days;
}
