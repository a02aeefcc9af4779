import assert from "node:assert/strict";
import { test } from "node:test";

import {
  alpha2,
  currency,
  currencyDecimals,
  Decimal,
  decodeUtf8,
  e164,
  email,
  encodeUtf8,
  ensure,
  fold,
  length,
  range,
  stripPrefix,
} from "../src/index.js";
import { COUNTRIES } from "../src/quality/data/countries.js";

test("a country of a phone number that is no code is a fault of the plugin", () => {
  for (const number of ["0170 1234567", "+49 170 1234567", "call me"]) {
    assert.throws(() => e164(number, "Germany"), /^RangeError: .*alpha-2 code, and `Germany` is none/);
  }
  assert.equal(e164("+49 170 1234567", ""), "+491701234567");
});

test("what people write for a country is understood", () => {
  for (const [text = "", code] of [
    ["UK", "GB"],
    ["U.S.A.", "US"],
    ["The Netherlands", "NL"],
    ["ÖSTERREICH", "AT"],
    ["Côte d'Ivoire", "CI"],
    ["South Korea", "KR"],
    ["Türkei", "TR"],
    ["España", "ES"],
    ["日本", "JP"],
    ["Ελλάδα", "GR"],
    ["Россия", "RU"],
    ["DEU", "DE"],
    [" de ", "DE"],
    ["Bosnia & Herzegovina", "BA"],
    ["Åland", "AX"],
  ]) {
    assert.equal(alpha2(text), code, text);
  }
  for (const text of ["", "  ", "ZZ", "Atlantis", "NULL", "germany DE"]) {
    assert.throws(() => alpha2(text), { code: "unknown-country" }, text);
  }
});

test("every line of the list of countries is folded and found", () => {
  for (const line of COUNTRIES.split("\n")) {
    const [name = "", code] = line.split(" ");
    assert.equal(fold(name), name);
    assert.equal(alpha2(name), code);
  }
});

test("folding drops accents and punctuation, and scripts stay", () => {
  for (const [text = "", folded] of [
    ["Côte d'Ivoire", "cotedivoire"],
    ["Österreich", "osterreich"],
    ["Łódź-Straße 7", "lodzstrasse7"],
    ["İstanbul", "istanbul"],
    ["Ελλάδα", "ελλάδα"],
    ["日本", "日本"],
    [" — ", ""],
  ]) {
    assert.equal(fold(text), folded, text);
  }
});

test("currencies are known by their code", () => {
  assert.equal(currency(" eur "), "EUR");
  assert.deepEqual(["EUR", "JPY", "KWD"].map(currencyDecimals), [2, 0, 3]);
  for (const text of ["€", "EURO", "", "XXXX"]) assert.throws(() => currency(text), { code: "unknown-currency" });
});

test("spellings of one e-mail address become one", () => {
  for (const text of ["Max.M@X.de", " max.m@x.DE", "Max M. <max.m@x.de>", "mailto:max.m@x.de"]) {
    assert.equal(email(text), "max.m@x.de", text);
  }
  assert.equal(email("Jürgen@Müller.DE"), "jürgen@müller.de");
  const wrong = [
    "",
    "max",
    "max@",
    "@x.de",
    "max@x",
    "max@@x.de",
    "max m@x.de",
    "a@x.de, b@x.de",
    "max@[1.2.3.4]",
    "a..b@x.de",
    "a@-x.de",
  ];
  for (const text of wrong) assert.throws(() => email(text), { code: "not-an-email" }, text);
});

test("national spellings of phone numbers are read by the plan of the country", () => {
  for (const [text = "", country = "", number] of [
    ["(20) 7946-0958", "GB", "+442079460958"],
    ["020 7946 0958", "GB", "+442079460958"],
    ["0921-12 34 65", "SE", "+46921123465"],
    ["(11) 5555-7647", "BR", "+551155557647"],
    ["035-640230", "IT", "+39035640230"],
    ["86 21 32 43", "DK", "+4586213243"],
    ["0049 30 12345678", "DE", "+493012345678"],
    ["+49 (0)30 12345678", "FR", "+493012345678"],
    ["06 1 234 5678", "HU", "+3612345678"],
    ["030 - 007 43 21", "DE", "+49300074321"],
    ["+1 (503) 555-7555", "DE", "+15035557555"],
    ["1-503-555-7555", "US", "+15035557555"],
    ["011 49 30 12345678", "US", "+493012345678"],
    ["tel:+493012345678", "DE", "+493012345678"],
    ["030 1234567 ext. 5", "DE", "+49301234567"],
  ]) {
    assert.equal(e164(text, country), number, text);
  }
  for (const [text = "", country = ""] of [
    ["26.47.15.10", "FR"],
    ["call me", "DE"],
    ["", "DE"],
    ["12", "DE"],
    ["030 1234567", "ZZ"],
    ["+999 123456", "DE"],
  ]) {
    assert.throws(() => e164(text, country), { code: "not-a-phone-number" }, text);
  }
});

test("an article number needs the prefix and something behind it", () => {
  assert.equal(stripPrefix(" PROD-9.1 ", "PROD-"), "9.1");
  assert.equal(stripPrefix("77", ""), "77");
  for (const wrong of ["PROD-", "prod-1", "PROD-1 2", "PROD-1/2", "", "XPROD-1"]) {
    assert.throws(() => stripPrefix(wrong, "PROD-"), { code: "wrong-sku" }, wrong);
  }
});

test("what is out of range names the bounds", () => {
  assert.equal(range(5, 1, 9), 5);
  assert.throws(() => range(0, 1, 9), {
    code: "out-of-range",
    message: "0 is outside the plausible range from 1 to 9",
  });
  assert.throws(() => range(-1, 0, null), { message: "-1 is outside the plausible range from 0" });
  assert.throws(() => range(Decimal.of("9.01"), null, 9), { message: "9.01 is outside the plausible range to 9" });
});

test("length counts characters, and a rule of the business has its own code", () => {
  assert.equal(length("Größe", 5), "Größe");
  assert.equal(length("😀😀", 2), "😀😀");
  assert.throws(() => length("Größen", 5), { code: "too-long", message: "6 characters, 5 fit" });
  ensure(true, "mine", "never");
  assert.throws(() => ensure(false, "mine", () => "text"), { code: "mine", message: "text" });
});

test("UTF-8 is read strictly and written whole", () => {
  for (const text of ["", "aä日😀", "\u0000\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}"]) {
    assert.equal(decodeUtf8(encodeUtf8(text)), text);
    assert.deepEqual(encodeUtf8(text), new Uint8Array(Buffer.from(text)));
  }
  const wrong = [
    [0xff],
    [0xc3],
    [0xc0, 0x80],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0x80],
  ];
  for (const bytes of wrong) assert.throws(() => decodeUtf8(Uint8Array.from(bytes)), { code: "not-utf-8" });
});
