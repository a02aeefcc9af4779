import assert from "node:assert/strict";
import { test } from "node:test";

import { atMostDecimals, Decimal, decimal, NumberLiteral, parseDecimal, plain, writeJson } from "../src/index.js";

/** @param {string} text */
const of = (text) => Decimal.of(text);

test("a decimal is written as it was read", () => {
  for (const text of ["0", "0.1", "19.99", "-3", "-0.05", "0.00", "1234567890123456.78", "4.50", "9007199254740993"]) {
    assert.equal(`${of(text)}`, text);
  }
});

test("0.1 + 0.2 is 0.3, and sums have the most decimals of both", () => {
  assert.equal(`${of("0.1").plus(of("0.2"))}`, "0.3");
  assert.equal(`${of("1").plus(of("0.250"))}`, "1.250");
  assert.equal(`${of("1").minus(of("1.05"))}`, "-0.05");
  assert.equal(`${of("9.995").times(3)}`, "29.985");
  assert.equal(`${of("1.5").times(of("0.10"))}`, "0.150");
  assert.equal(`${of("1234.5").hundredth()}`, "12.345");
});

test("rounding is the commercial one", () => {
  for (const [text, result] of [
    ["2.345", "2.35"],
    ["-2.345", "-2.35"],
    ["2.3449", "2.34"],
    ["-0.004", "0.00"],
    ["5", "5.00"],
    ["5.00", "5.00"],
  ]) {
    assert.equal(`${of(text ?? "").rounded(2)}`, result);
  }
  assert.equal(`${of("1.50").normalized()} ${of("0.00").normalized()} ${of("100").normalized()}`, "1.5 0 100");
});

test("numbers compare by value", () => {
  assert.ok(of("1.0").equals(of("1")) && of("1.0").equals(1));
  assert.ok(of("-2").compare(of("1.5")) < 0 && of("2").compare(1) > 0);
  assert.ok(of("-0.5").abs().equals(of("0.5")) && of("0.00").isZero);
  assert.throws(() => /** @type {any} */ (of("1")) < 2, TypeError);
});

test("JSON numbers are read digit for digit", () => {
  for (const [value, text] of /** @type {[unknown, string][]} */ ([
    [0.1, "0.1"],
    [19.99, "19.99"],
    [-3, "-3"],
    [1e-7, "0.0000001"],
    [0.000123, "0.000123"],
    [1234567890123.25, "1234567890123.25"],
    [0.30000000000000004, "0.30000000000000004"],
    [123456789.12345678, "123456789.12345678"],
    [1e21, "1000000000000000000000"],
    [18446744073709551615n, "18446744073709551615"],
    [new NumberLiteral("4.50"), "4.50"],
    [new NumberLiteral("1.5e3"), "1500"],
    [new NumberLiteral("120e-1"), "12.0"],
    ["12.50", "12.50"],
    [" +7 ", "7"],
  ])) {
    assert.equal(`${decimal(value)}`, text);
  }
});

test("every float of up to 15 digits is the decimal it is written as", () => {
  for (let n = 1; n < 2000; n++) {
    for (const scale of [1, 2, 3, 5]) {
      const value = (n * 7919) / 10 ** scale;
      assert.equal(`${Decimal.fromNumber(value)}`, String(value));
      assert.equal(`${Decimal.fromNumber(-value)}`, String(-value));
    }
  }
});

test("what is no decimal is refused", () => {
  const tooLong = `1${"0".repeat(29)}`;
  for (const value of [
    "12,50",
    "",
    "1e3",
    ".5",
    "5.",
    "--1",
    "٣",
    "0x1",
    tooLong,
    `0.${tooLong}`,
    new NumberLiteral("1e400"),
    Infinity,
  ]) {
    assert.throws(() => decimal(value), { code: "not-a-decimal" }, String(value));
  }
  for (const value of [true, [1], { a: 1 }]) assert.throws(() => decimal(value), { code: "wrong-type" });
  for (const value of [null, undefined]) assert.throws(() => decimal(value), { code: "missing-field" });
});

test("groups and marks follow the declared notation", () => {
  for (const text of ["1.234.567,89", "1 234 567,89", "1'234'567,89", "1\u202f234\u202f567,89", " 1234567,89 "]) {
    assert.equal(`${parseDecimal(text, "comma")}`, "1234567.89", text);
  }
  assert.equal(`${parseDecimal("-1,234.5", "point")}`, "-1234.5");
  assert.equal(`${plain("1234.56")}`, "1234.56");
  const wrong = [
    "1,234,56",
    "12.34",
    "1.2345",
    "1234.567",
    ".567",
    "1,",
    ",5",
    "",
    "-",
    "1.234,5.6",
    "12a",
    "٣",
    "1_234",
  ];
  for (const text of wrong) assert.throws(() => parseDecimal(text, "comma"), { code: "not-a-decimal" }, text);
});

test("trailing zeros are no decimals too many", () => {
  assert.equal(`${atMostDecimals(of("1.500"), 1)}`, "1.500");
  assert.throws(() => atMostDecimals(of("1.05"), 1), { code: "too-many-decimals" });
});

test("a decimal leaves as a JSON number with every digit, where it is asked for", () => {
  for (const digits of ["0.10", "-3", "12345678901234567890.123", "0.0000000000000000000000000001", "100"]) {
    assert.equal(writeJson({ price: Decimal.of(digits).asJsonNumber() }), `{"price":${digits}}`);
  }
});

test("a quotient is rounded to the decimals that are asked for, a half away from zero", () => {
  const cases = /** @type {const} */ ([
    ["1", "3", 4, "0.3333"],
    ["2", "3", 4, "0.6667"],
    ["119.00", "1.19", 2, "100.00"],
    ["0.5", "1", 0, "1"],
    ["-0.5", "1", 0, "-1"],
    ["0.05", "-0.2", 1, "-0.3"],
    ["100", "0.003", 0, "33333"],
    ["1.2345", "1", 2, "1.23"],
    ["0", "7", 2, "0.00"],
  ]);
  for (const [dividend, divisor, decimals, quotient] of cases) {
    assert.equal(`${Decimal.of(dividend).dividedBy(Decimal.of(divisor), decimals)}`, quotient);
  }
  assert.equal(`${Decimal.of("10").dividedBy(4, 1)}`, "2.5");
  assert.throws(() => Decimal.of("1").dividedBy(0, 2), RangeError);
});
