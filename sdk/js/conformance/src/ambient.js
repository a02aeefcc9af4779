/**
 * What the language has around it: none of it may answer something else here than an author expects of it.
 */

const MOMENT = new Date(1_700_000_055_123);

/** @type {Readonly<Record<string, () => unknown>>} */
const USES = {
  "a number for a locale": () => (1234.5).toLocaleString("de-DE"),
  "a bigint for a locale": () => 1234n.toLocaleString(),
  "an array for a locale": () => [1234.5].toLocaleString(),
  "a date for a locale and a zone": () => MOMENT.toLocaleDateString("de-DE", { timeZone: "Europe/Berlin" }),
  "a time for a locale": () => MOMENT.toLocaleTimeString(),
  "upper case for a locale": () => "i".toLocaleUpperCase("tr"),
  "order for a locale": () => "ä".localeCompare("z", "de"),
  "a format for a locale": () => new Intl.NumberFormat("de").format(1),
  "the clock": () => Date.now(),
  "the clock as a text": () => Date(),
  chance: () => Math.random(),
  order: () => ["z", "ä", "B", "ﬁ", "😀"].sort((a, b) => a.localeCompare(b)),
  case: () => "i".toLocaleUpperCase() + "I".toLocaleLowerCase(),
  "local time": () => [new Date("2026-07-01 10:00").toISOString(), MOMENT.getHours(), MOMENT.getTimezoneOffset()],
};

/** @param {{ use: string }} command */
export function ambient({ use }) {
  return { found: USES[use]?.() };
}
