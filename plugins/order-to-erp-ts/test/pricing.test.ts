import assert from "node:assert/strict";
import { test } from "node:test";

import { Checker, Decimal } from "@gantry/sdk";

import { agree, amount, payable } from "../src/pricing.ts";

test("a line is rounded to the currency", () => {
  const cost = (currency: string) => `${amount(3, Decimal.of("9.995"), Decimal.of("10"), currency)}`;
  assert.equal(cost("EUR"), "26.99");
  assert.equal(cost("JPY"), "27");
});

test("what is paid has the decimals of its currency", () => {
  assert.equal(`${payable(Decimal.of("4.9"), "EUR")}`, "4.90");
  assert.throws(() => payable(Decimal.of("4.905"), "EUR"), { code: "too-many-decimals" });
  assert.throws(() => payable(Decimal.of("-1"), "EUR"), { code: "out-of-range" });
});

test("totals agree within the tolerance", () => {
  const isAgreed = (stated: string) => {
    const check = new Checker({});
    agree(check, Decimal.of(stated), Decimal.of("10.00"), { totalTolerance: Decimal.of("0.01") }, "wrong-total");
    return check.isClean;
  };
  assert.deepEqual(["10.01", "9.99", "10.02"].map(isAgreed), [true, true, false]);
});
