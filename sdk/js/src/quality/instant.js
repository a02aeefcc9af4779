/**
 * Points in time, from date-times with an offset, from epochs, and from the local time of a zone.
 *
 * | spelling | read by | example |
 * |---|---|---|
 * | RFC 3339 and ISO 8601 with an offset | `parseInstant` | `2026-03-09T10:15:00.123+01:00`, `2026-03-09 09:15Z`, `20260309T091500Z` |
 * | seconds or milliseconds since 1970 | `parseEpoch`, with the declared unit | `1773047700.123`, `1773047700123` |
 * | local time | `parseLocal`, with the zone and what to do where clocks change | `2026-03-09T10:15:00` in `Europe/Berlin` |
 *
 * An instant is a text, RFC 3339 in UTC, with as many digits of a second as it has: `2026-03-09T09:15:00.123Z`. Years are 1
 * to 9999; digits beyond nanoseconds are dropped; a 60th second is the first of the next minute. Zones are those of the tz
 * database, known from 1970 on.
 */

import { Defect } from "../outcome.js";
import { groups } from "../pattern.js";
import { dateOfDay, DAY, dayNumber, daysIn } from "./calendar.js";
import { trimmed } from "./characters.js";
import { declared } from "./declared.js";
import { Zone } from "./zone.js";

/**
 * What to do with a local time that a clock shows twice, when it is put back, or never, when it is put forward. Reject: it
 * is an `ambiguous-time` or a `nonexistent-time`. Compatible: the first of two; the same time after a gap as before it, as
 * most calendars do. Earlier: the first of two; before a gap. Later: the second of two; behind a gap.
 * @typedef {"reject" | "compatible" | "earlier" | "later"} Disambiguation
 */

/**
 * What a number since 1970 counts.
 * @typedef {"seconds" | "millis"} EpochUnit
 */

/** Seconds of a clock since 1970 began on it, nanoseconds, and how far the clock is from UTC, in minutes.
 * @typedef {{ seconds: number, nanoseconds: number, offset: number | undefined }} ClockTime
 */

const FIRST = dayNumber(1, 1, 1) * DAY;
const LAST = dayNumber(9999, 12, 31) * DAY + DAY - 1;

const ZONE = " *(Z|z|UTC|GMT|[-+]\\d{2}(?::?\\d{2})?)";
const EXTENDED = new RegExp(
  `(\\d{4})-(\\d{2})-(\\d{2})[Tt ](\\d{2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d+))?)?(?:${ZONE})?$`,
  "y",
);
const BASIC = new RegExp(`(\\d{4})(\\d{2})(\\d{2})[Tt](\\d{2})(\\d{2})(?:(\\d{2})(?:[.,](\\d+))?)?(?:${ZONE})?$`, "y");
const EPOCH = /([-+]?)(\d{1,15})(?:\.(\d+))?$/y;

/**
 * The instant that a date-time with an offset stands for: `missing-offset` where it has none, else `not-a-datetime`.
 * @param {string} text
 * @returns {string}
 */
export function parseInstant(text) {
  const { seconds, nanoseconds, offset } = clockTime(text);
  if (offset === undefined) throw new Defect("missing-offset", `\`${text}\` doesn't say how far it is from UTC`);
  return written(seconds - offset * 60, nanoseconds, text, "Z");
}

/**
 * The instant so many seconds or milliseconds after 1970 began; anything else is `not-a-datetime`.
 * @param {string} text
 * @param {EpochUnit} unit
 * @returns {string}
 */
export function parseEpoch(text, unit) {
  declared("the unit of an epoch", unit, ["seconds", "millis"]);
  const [, sign, digits = "", fraction = ""] = groups(EPOCH, trimmed(text));
  if (sign === undefined) throw wrong(text);
  // As text, since the nanoseconds of an epoch are more than a float holds.
  const whole = unit === "seconds" ? digits : digits.slice(0, -3);
  const rest = unit === "seconds" ? fraction : digits.slice(-3).padStart(3, "0") + fraction;
  const nanoseconds = nanos(rest);
  const seconds = Number(whole);
  if (sign !== "-") return written(seconds, nanoseconds, text, "Z");
  return nanoseconds === 0 ? written(-seconds, 0, text, "Z") : written(-seconds - 1, 1e9 - nanoseconds, text, "Z");
}

/**
 * The instant at which clocks in the zone, `Europe/Berlin` say, show this date and time: `not-a-datetime`, `unknown-zone`,
 * `ambiguous-time`, `nonexistent-time`; before 1970 `unknown-offset`.
 * @param {string} text
 * @param {string} zone
 * @param {Disambiguation} [disambiguation]
 * @returns {string}
 */
export function parseLocal(text, zone, disambiguation = "reject") {
  declared("the disambiguation", disambiguation, ["reject", "compatible", "earlier", "later"]);
  const known = zoneOf(zone);
  const { seconds, nanoseconds, offset } = clockTime(text);
  if (offset !== undefined) throw wrong(text);
  const { count, earlier, later } = known.readings(seconds);
  if (disambiguation === "reject" && count !== 1) {
    const code = count === 0 ? "nonexistent-time" : "ambiguous-time";
    throw new Defect(code, `\`${text}\` is no time, or two, on the clocks of ${zone}`);
  }
  const isLater = disambiguation === "later" || (disambiguation === "compatible" && count === 0);
  const found = isLater ? later : earlier;
  if (found < 0) throw unknown(text, zone);
  return written(found, nanoseconds, text, "Z");
}

/**
 * What clocks in the zone show at an instant, as RFC 3339: `2026-03-09T10:15:00+01:00`. The instant is what
 * {@link parseInstant} reads. `unknown-zone`; before 1970 `unknown-offset`; where that is beyond the years,
 * `not-a-datetime`.
 * @param {string} instant
 * @param {string} zone
 * @returns {string}
 */
export function inZone(instant, zone) {
  const known = zoneOf(zone);
  const { seconds, nanoseconds } = clockTime(parseInstant(instant));
  if (seconds < 0) throw unknown(instant, zone);
  const offset = known.offset(seconds);
  const minutes = Math.abs(offset);
  const suffix = `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return written(seconds + offset * 60, nanoseconds, instant, suffix);
}

/**
 * @param {string} text
 * @returns {ClockTime}
 */
function clockTime(text) {
  const bare = trimmed(text);
  const extended = groups(EXTENDED, bare);
  const found = extended.length > 0 ? extended : groups(BASIC, bare);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const isDay = year > 0 && day >= 1 && day <= daysIn(year, month);
  if (!isDay || hour > 23 || minute > 59 || second > 60) throw wrong(text);
  return {
    seconds: dayNumber(year, month, day) * DAY + hour * 3600 + minute * 60 + second,
    nanoseconds: nanos(found[7] ?? ""),
    offset: offsetOf(found[8], text),
  };
}

/**
 * @param {string | undefined} name
 * @param {string} text
 */
function offsetOf(name, text) {
  if (name === undefined) return undefined;
  const sign = { "+": 1, "-": -1 }[name.charAt(0)];
  if (sign === undefined) return 0;
  const hours = Number(name.slice(1, 3));
  const minutes = name.length > 3 ? Number(name.slice(-2)) : 0;
  if (hours > 23 || minutes > 59) throw wrong(text);
  return sign * (hours * 60 + minutes);
}

/**
 * The digits behind the point of a second.
 * @param {string} fraction
 */
function nanos(fraction) {
  return Number(fraction.slice(0, 9).padEnd(9, "0"));
}

/**
 * @param {number} seconds
 * @param {number} nanoseconds
 * @param {string} text what was read
 * @param {string} suffix
 */
function written(seconds, nanoseconds, text, suffix) {
  if (!(seconds >= FIRST && seconds <= LAST)) throw wrong(text);
  const days = Math.floor(seconds / DAY);
  const { year, month, day } = dateOfDay(days);
  const rest = seconds - days * DAY;
  const time = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two).join(":");
  const fraction = nanoseconds === 0 ? "" : `.${String(nanoseconds).padStart(9, "0").replace(/0+$/, "")}`;
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${time}${fraction}${suffix}`;
}

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, "0");
}

/** @param {string} name */
function zoneOf(name) {
  const zone = Zone.named(name);
  if (zone === undefined) throw new Defect("unknown-zone", `\`${name}\` is no zone of the tz database`);
  return zone;
}

/** @param {string} text */
function wrong(text) {
  return new Defect("not-a-datetime", `\`${text}\` is no date and time of a known spelling`);
}

/**
 * @param {string} text
 * @param {string} zone
 */
function unknown(text, zone) {
  return new Defect("unknown-offset", `\`${text}\`: the clocks of ${zone} are known from 1970 on`);
}
