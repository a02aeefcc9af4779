import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  alpha2,
  currency,
  currencyDecimals,
  Defect,
  e164,
  email,
  parseDate,
  parseDecimal,
  inZone,
  parseEpoch,
  parseInstant,
  parseLocal,
} from "../src/index.js";

/** @import { Disambiguation, EpochUnit } from "../src/quality/instant.js" */
/** @import { Notation } from "../src/quality/notation.js" */
/** @import { Order } from "../src/quality/date.js" */

/**
 * @typedef {{
 *   text: string, country?: string, order?: Order, notation?: Notation, decimals?: number, unit?: EpochUnit, zone?: string, disambiguation?: Disambiguation, value?: string, code?: string,
 * }} Vector
 */

/** What every SDK answers alike, by kind. @type {Record<string, (vector: Vector) => string>} */
const KINDS = {
  phones: ({ text, country = "" }) => e164(text, country),
  emails: ({ text }) => email(text),
  dates: ({ text, order }) => parseDate(text, order),
  decimals: ({ text, notation = "plain" }) => String(parseDecimal(text, notation)),
  countries: ({ text }) => alpha2(text),
  currencies: ({ text, decimals }) => {
    const code = currency(text);
    assert.equal(currencyDecimals(code), decimals, text);
    return code;
  },
  instants: ({ text }) => parseInstant(text),
  epochs: ({ text, unit = "seconds" }) => parseEpoch(text, unit),
  "zoned-times": ({ text, zone = "" }) => inZone(text, zone),
  "local-times": ({ text, zone = "", disambiguation }) => parseLocal(text, zone, disambiguation),
};

for (const [kind, answer] of Object.entries(KINDS)) {
  test(`${kind} agree with the vectors that all SDKs share`, () => {
    const file = readFileSync(new URL(`../../quality/vectors/${kind}.json`, import.meta.url), "utf8");
    /** @type {Vector[]} */
    const vectors = JSON.parse(file).vectors;
    assert.ok(vectors.length >= 100);
    const wrong = vectors
      .map((vector) => [vector, answered(answer, vector)])
      .filter(([vector, is]) => !agrees(vector, is));
    assert.deepEqual(wrong, []);
  });
}

/**
 * @param {(vector: Vector) => string} answer
 * @param {Vector} vector
 * @returns {{ value?: string, code?: string }}
 */
function answered(answer, vector) {
  try {
    return { value: answer(vector) };
  } catch (error) {
    if (error instanceof Defect) return { code: error.code };
    throw error;
  }
}

/**
 * @param {{ value?: string, code?: string } | undefined} wanted
 * @param {{ value?: string, code?: string } | undefined} is
 */
function agrees(wanted, is) {
  return wanted?.value === is?.value && wanted?.code === is?.code;
}
