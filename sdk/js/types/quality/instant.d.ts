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
export type Disambiguation = "reject" | "compatible" | "earlier" | "later";
export type EpochUnit = "seconds" | "millis";
export type ClockTime = {
    seconds: number;
    nanoseconds: number;
    offset: number | undefined;
};
/**
 * The instant that a date-time with an offset stands for: `missing-offset` where it has none, else `not-a-datetime`.
 * @param {string} text
 * @returns {string}
 */
export declare function parseInstant(text: string): string;
/**
 * The instant so many seconds or milliseconds after 1970 began; anything else is `not-a-datetime`.
 * @param {string} text
 * @param {EpochUnit} unit
 * @returns {string}
 */
export declare function parseEpoch(text: string, unit: EpochUnit): string;
/**
 * The instant at which clocks in the zone, `Europe/Berlin` say, show this date and time: `not-a-datetime`, `unknown-zone`,
 * `ambiguous-time`, `nonexistent-time`; before 1970 `unknown-offset`.
 * @param {string} text
 * @param {string} zone
 * @param {Disambiguation} [disambiguation]
 * @returns {string}
 */
export declare function parseLocal(text: string, zone: string, disambiguation?: Disambiguation): string;
/**
 * What clocks in the zone show at an instant, as RFC 3339: `2026-03-09T10:15:00+01:00`. The instant is what
 * {@link parseInstant} reads. `unknown-zone`; before 1970 `unknown-offset`; where that is beyond the years,
 * `not-a-datetime`.
 * @param {string} instant
 * @param {string} zone
 * @returns {string}
 */
export declare function inZone(instant: string, zone: string): string;
