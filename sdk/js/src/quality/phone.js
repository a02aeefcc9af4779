/**
 * Phone numbers to E.164, as libphonenumber reads and judges them, by the same numbering plans of all countries.
 *
 * A number is read however people write it: with `+`, with the digits that lead abroad from its country (`00`, `011`),
 * with or without what is dialled inside the country only, as a `tel:` link, with an extension, which is left out, or
 * with letters for digits. It must be valid: of a range that its country has given out. Whether it is in service can't
 * be told.
 */

import { Defect } from "../outcome.js";
import { isValid, mainPlan, planOf, splitCode } from "./numbering.js";
import { digitsOf, numberIn } from "./phone-text.js";

/** @import { Plan } from "./numbering.js" */

/** Of national numbers. */
const SHORTEST = 2;
const LONGEST = 17;

/**
 * The number as `+` and digits. One in national spelling is read by the plan of `country`, an ISO 3166 alpha-2 code.
 * What isn't a valid number is `not-a-phone-number`; a country that is no such code is a mistake of the plugin. Without
 * one, `""`, only international spelling is read.
 * @param {string} text
 * @param {string} country
 * @returns {string}
 */
export function e164(text, country) {
  mustBeCode(country);
  const written = numberIn(text);
  const number = written === undefined ? undefined : read(written, planOf(country));
  if (number === undefined) throw new Defect("not-a-phone-number", `\`${text}\` can't be dialled in ${country}`);
  return number;
}

/**
 * @param {string} country
 */
function mustBeCode(country) {
  if (!country || /^[A-Za-z]{2}$/.test(country)) return;
  throw new RangeError(`the country of a phone number is an alpha-2 code, and \`${country}\` is none: use alpha2(…)`);
}

/**
 * @param {string} written
 * @param {Plan | undefined} given
 */
function read(written, given) {
  const isInternational = written.startsWith("+");
  if (given === undefined && !isInternational) return undefined;
  let split = splitNumber(written, given);
  if (split === undefined && isInternational) {
    // Perhaps somebody put a plus before digits that are dialled inside the country.
    split = splitNumber(withoutPlus(written), given);
    if (split?.code === "") return undefined;
  }
  if (split === undefined) return undefined;
  const plan = split.code === "" ? given : mainPlan(split.code);
  if (plan === undefined || split.number.length < SHORTEST) return undefined;
  const stripped = plan.withoutPrefix(split.number);
  const number = plan.hasLength(stripped) ? stripped : split.number;
  const fits = number.length >= SHORTEST && number.length <= LONGEST && isValid(plan.code, number);
  return fits ? `+${plan.code}${number}` : undefined;
}

/**
 * The calling code, empty where none is written, and the digits behind it; undefined where there is no such code.
 * @param {string} written
 * @param {Plan | undefined} plan
 * @returns {{ code: string, number: string } | undefined}
 */
function splitNumber(written, plan) {
  const digits = digitsOf(written);
  const behind = written.startsWith("+") ? digits : behindAccessCode(digits, plan);
  if (behind !== undefined) return behind.length > SHORTEST ? splitCode(behind) : undefined;
  if (plan !== undefined && digits.startsWith(plan.code)) {
    const rest = plan.withoutPrefix(digits.slice(plan.code.length));
    if ((!plan.fits(digits) && plan.fits(rest)) || plan.isTooLong(digits)) return { code: plan.code, number: rest };
  }
  return { code: "", number: digits };
}

/**
 * What follows the digits that lead abroad; no calling code begins with 0.
 * @param {string} digits
 * @param {Plan | undefined} plan
 */
function behindAccessCode(digits, plan) {
  const end = plan?.accessCodeLength(digits) ?? 0;
  return end > 0 && digits[end] !== "0" ? digits.slice(end) : undefined;
}

/** @param {string} written */
function withoutPlus(written) {
  return written.replace(/^\++/, "");
}
