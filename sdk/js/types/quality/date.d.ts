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
export type Order = "undeclared" | "day_first" | "month_first";
/**
 * The date a text stands for, as `2026-03-09`; anything else is `not-a-date`, or an `ambiguous-date`.
 * @param {string} text
 * @param {Order} [order]
 * @returns {string}
 */
export declare function parseDate(text: string, order?: Order): string;
