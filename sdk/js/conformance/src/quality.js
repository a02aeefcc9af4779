/**
 * The command `quality`: the data quality kit on the vectors that all SDKs share.
 */

import * as sdk from "@gantry/sdk";

/** @type {Record<string, (vector: any) => string>} */
const KINDS = {
  phones: ({ text, country }) => sdk.e164(text, country),
  emails: ({ text }) => sdk.email(text),
  dates: ({ text, order }) => sdk.parseDate(text, order),
  decimals: ({ text, notation }) => String(sdk.parseDecimal(text, notation)),
  countries: ({ text }) => sdk.alpha2(text),
  currencies: ({ text }) => sdk.currency(text),
  instants: ({ text }) => sdk.parseInstant(text),
  epochs: ({ text, unit }) => sdk.parseEpoch(text, unit),
  "zoned-times": ({ text, zone }) => sdk.inZone(text, zone),
  "local-times": ({ text, zone, disambiguation }) => sdk.parseLocal(text, zone, disambiguation),
};

/**
 * The value of each vector, or the code of its defect.
 * @param {any} command
 */
export function quality({ kind, vectors }) {
  const answer = /** @type {(vector: any) => string} */ (KINDS[kind]);
  return { answers: vectors.map((/** @type {any} */ vector) => answered(answer, vector)) };
}

/**
 * @param {(vector: any) => string} answer
 * @param {any} vector
 */
function answered(answer, vector) {
  try {
    return answer(vector);
  } catch (error) {
    if (error instanceof sdk.Defect) return error.code;
    throw error;
  }
}
