/**
 * Time zones by the tz database. How the table is written is said in `sdk/quality/README.md`.
 */

import { dateOfDay, DAY, dayNumber, daysIn } from "./calendar.js";
import { ZONES } from "./data/zones.js";

/** @type {ReadonlyMap<string, string>} The rest of each line by its first word. */
const LINES = new Map(
  ZONES.split("\n").map((line) => {
    const end = line.indexOf(" ");
    return /** @type {const} */ ([line.slice(0, end), line.slice(end + 1)]);
  }),
);

/**
 * When clocks show a local time: at one instant, at two, or at none. `earlier` is the first; of none, what the clock would
 * have shown if it had been put forward already. `later` is the last; of none, as if it had not been put forward yet.
 * @typedef {{ count: number, earlier: number, later: number }} Readings
 */

/** When a zone's clocks are how far from UTC. */
export class Zone {
  /** @param {string} history */
  constructor(history) {
    const words = history.split(" ");
    this.rules = words.filter((_, at) => at % 2 === 0).map((number) => LINES.get(`!${number}`) ?? "");
    this.ends = words.filter((_, at) => at % 2 === 1).map(Number);
  }

  /**
   * The zone of this name, if it is one.
   * @param {string} name
   * @returns {Zone | undefined}
   */
  static named(name) {
    const history = /^[!=]/.test(name) ? undefined : LINES.get(`=${LINES.get(name)}`);
    return history === undefined ? undefined : new Zone(history);
  }

  /**
   * In minutes, at this many seconds since 1970.
   * @param {number} seconds
   */
  offset(seconds) {
    const at = this.ends.findIndex((end) => seconds < end * 60);
    return ruledOffset(this.rules.at(at) ?? "", seconds);
  }

  /**
   * When the clocks show this many seconds since 1970 began on them.
   * @param {number} local
   * @returns {Readings}
   */
  readings(local) {
    // No two changes are less than two days apart.
    const offsets = [this.offset(local - DAY) * 60, this.offset(local + DAY) * 60];
    const found = offsets.filter((offset) => this.offset(local - offset) * 60 === offset);
    const used = found.length > 0 ? found : offsets;
    return {
      count: new Set(found).size,
      earlier: local - Math.max(...used),
      later: local - Math.min(...used),
    };
  }
}

/**
 * @param {string} rule
 * @param {number} seconds
 */
function ruledOffset(rule, seconds) {
  const [standard, daylight, start = "", end = ""] = rule.split(",");
  if (daylight === undefined) return Number(standard);
  const { year } = dateOfDay(Math.floor((seconds + Number(standard) * 60) / DAY));
  const begins = change(start, year) - Number(standard) * 60;
  const ends = change(end, year) - Number(daylight) * 60;
  const isSummer = begins < ends ? begins <= seconds && seconds < ends : !(ends <= seconds && seconds < begins);
  return Number(isSummer ? daylight : standard);
}

/**
 * When the clocks are changed in a year, in seconds of the wall clock.
 * @param {string} text
 * @param {number} year
 */
function change(text, year) {
  const [month = 0, week = 0, weekday = 0, minutes = 0] = text.split(/[./]/).map(Number);
  const first = dayNumber(year, month, 1);
  // 1970 began on a Thursday.
  let day = 1 + ((((weekday - first - 4) % 7) + 7) % 7) + 7 * (week - 1);
  while (day > daysIn(year, month)) day -= 7;
  return (first + day - 1) * DAY + minutes * 60;
}
