import assert from "node:assert/strict";
import { test } from "node:test";

import { parseDate } from "../src/index.js";

const SPELLINGS = [
  "2026-03-09",
  "20260309",
  "2026/3/9",
  "2026.03.09",
  "9.3.2026",
  "09.03.2026",
  "09.03.2026 14:30",
  "2026-03-09T10:15:00Z",
  "2026-03-09 10:15",
  "2026-03-09T23:59:59.123+02:00",
  "2026-03-09T10:15:00 +0100",
  "9 March 2026",
  "March 9, 2026",
  "Mar 9 2026",
  "9th of March 2026",
  "9. März 2026",
  "09 mars 2026",
  "9 de marzo de 2026",
  "9-Mar-2026",
  "Mon, 09 Mar 2026 10:00:00 +0100",
  "Montag, 9. März 2026",
  " 2026-03-09 ",
];

const NO_DATES = [
  "",
  "NULL",
  "soon",
  "2026-02-29",
  "2026-13-01",
  "31.04.2026",
  "09.03.26",
  "2026-03-09T25:00",
  "2026-03-09x",
  "2026-03",
  "9.3.2026.1",
  "1/2/3/2026",
  "9 Marzipan 2026",
  "9 March 26",
  "9 March 2026 tomorrow",
  "0000-01-01",
  "2026-03-09T",
  "2026-03-09T10:15:00+x",
  "99 March 2026",
  "9 jui 2026",
];

test("many spellings are one date", () => {
  for (const text of SPELLINGS) assert.equal(parseDate(text), "2026-03-09", text);
  // A pattern keeps no position from one text to the next.
  for (const text of SPELLINGS.toReversed()) assert.equal(parseDate(text), "2026-03-09", text);
});

test("slashes follow the declared order", () => {
  assert.equal(parseDate("9/3/2026", "day_first"), "2026-03-09");
  assert.equal(parseDate("03-09-2026", "month_first"), "2026-03-09");
  assert.throws(() => parseDate("9/3/2026"), {
    code: "ambiguous-date",
    message: "`9/3/2026` is either 2026-03-09 or 2026-09-03: declare which comes first",
  });
  assert.equal(parseDate("3/3/2026"), "2026-03-03");
  assert.equal(parseDate("25/12/2026"), "2026-12-25");
  assert.throws(() => parseDate("25/12/2026", "month_first"), { code: "not-a-date" });
});

test("what is no date is refused", () => {
  for (const text of NO_DATES) assert.throws(() => parseDate(text, "day_first"), { code: "not-a-date" }, text);
});

test("leap days are dates in leap years only", () => {
  assert.equal(parseDate("29.02.2028"), "2028-02-29");
  assert.equal(parseDate("29.02.2000"), "2000-02-29");
  for (const text of ["29.02.2027", "29.02.1900"]) assert.throws(() => parseDate(text), { code: "not-a-date" });
});
