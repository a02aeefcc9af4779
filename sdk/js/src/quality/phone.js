/**
 * Phone numbers to E.164, by the numbering plans in `data/phone-plans.js`: each country's calling code, the prefix that
 * is dialled inside the country only, and how many digits its numbers have.
 *
 * That is all that is checked: not whether an area code exists or a number is in service. International spellings begin
 * with `+` or `00`, or with `011` in North America; other access codes, extensions and letters are refused.
 */

import { PLANS } from "./data/phone-plans.js";
import { Defect } from "../outcome.js";

/** @typedef {{ calling: string, trunk: string, lengths: readonly number[] }} Plan */

/** North American numbers: area code and exchange begin with 2 to 9. */
const NORTH_AMERICAN = /^[2-9]\d\d[2-9]\d{6}$/;
const LONGEST_CALLING = 4;
const PUNCTUATION = /[ \u00a0\u202f().\/-]/g;
const NUMBER = /^\+?\d{2,20}$/;

/** @type {ReadonlyMap<string, Plan>} By country. */
const BY_COUNTRY = new Map();
/** @type {ReadonlyMap<string, readonly Plan[]>} By calling code; several territories may share one. */
const BY_CALLING = new Map();

for (const line of PLANS.split("\n")) {
  const [country = "", calling = "", trunk = "", lengths = ""] = line.split(" ");
  const plan = { calling, trunk: trunk === "-" ? "" : trunk, lengths: lengths.split(",").map(Number) };
  /** @type {Map<string, Plan>} */ (BY_COUNTRY).set(country, BY_COUNTRY.get(country) ?? plan);
  /** @type {Map<string, readonly Plan[]>} */ (BY_CALLING).set(calling, [...(BY_CALLING.get(calling) ?? []), plan]);
}

/**
 * The number as `+` and digits. One in national spelling is read by the plan of `country`, an ISO 3166 alpha-2 code.
 * What can't be dialled is `not-a-phone-number`.
 * @param {string} text
 * @param {string} country
 * @returns {string}
 */
export function e164(text, country) {
  const digits = text.trim().replace(/^tel:/, "").replace("(0)", "").replaceAll(PUNCTUATION, "");
  const plan = BY_COUNTRY.get(country);
  const number = plan !== undefined && NUMBER.test(digits) ? read(digits, plan) : undefined;
  if (number === undefined) throw new Defect("not-a-phone-number", `\`${text}\` can't be dialled in ${country}`);
  return `+${number}`;
}

/**
 * @param {string} digits
 * @param {Plan} plan
 */
function read(digits, plan) {
  if (digits.startsWith("+")) return international(digits.slice(1));
  if (digits.startsWith("00")) return international(digits.slice(2)) ?? national(digits, plan);
  if (isNorthAmerican(plan)) {
    return digits.startsWith("011") ? international(digits.slice(3)) : northAmerican(digits, plan);
  }
  return national(digits, plan);
}

/**
 * Calling code and national number.
 * @param {string} digits
 */
function international(digits) {
  if (digits.startsWith("1")) return NORTH_AMERICAN.test(digits.slice(1)) ? digits : undefined;
  for (let length = 1; length <= LONGEST_CALLING; length++) {
    const plans = BY_CALLING.get(digits.slice(0, length)) ?? [];
    for (const plan of plans) {
      const found = national(digits.slice(length), plan);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/**
 * A number with the prefix that is dialled inside the country only, or without.
 * @param {string} digits
 * @param {Plan} plan
 */
function national(digits, { calling, trunk, lengths }) {
  const hasTrunk = trunk !== "" && digits.startsWith(trunk);
  const readings = hasTrunk ? [digits.slice(trunk.length), digits] : [digits];
  const found = readings.find((reading) => lengths.includes(reading.length));
  return found === undefined ? undefined : calling + found;
}

/** @param {Plan} plan */
function isNorthAmerican({ calling }) {
  return calling.startsWith("1");
}

/**
 * With or without the leading 1; on an island the area code may be left out.
 * @param {string} digits
 * @param {Plan} plan
 */
function northAmerican(digits, { calling }) {
  const full = digits.length === 7 ? calling.slice(1) + digits : digits.replace(/^1(?=\d{10}$)/, "");
  return NORTH_AMERICAN.test(full) ? `1${full}` : undefined;
}
