import assert from "node:assert/strict";
import { test } from "node:test";

import { length, parseDate, parseEpoch, parseLocal, range } from "../src/index.js";

test("a word that declares nothing is a mistake of the author, and not another word", () => {
  // @ts-expect-error: no such word
  assert.throws(() => parseDate("3/9/2026", "dmy"), /day_first, month_first/);
  // @ts-expect-error: no such word
  assert.throws(() => parseEpoch("1700000000", "s"), /seconds, millis/);
  // @ts-expect-error: no such word
  assert.throws(() => parseLocal("2026-10-25 02:30", "Europe/Berlin", "latter"), /reject, compatible, earlier, later/);
});

test("what is no number is in no range, and what is no limit bounds no text", () => {
  assert.throws(() => range(Number.NaN, 1, 9), { code: "out-of-range" });
  // @ts-expect-error: no number
  assert.throws(() => range(undefined, 1, 9), TypeError);
  // @ts-expect-error: no number
  assert.throws(() => range("5", 1, 9), TypeError);
  // @ts-expect-error: no limit
  assert.throws(() => length("abcdef", undefined), TypeError);
});
