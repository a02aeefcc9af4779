import assert from "node:assert/strict";
import { test } from "node:test";

import { Checker, Decimal, NumberLiteral, readJson, Refusal, writeJson } from "../src/index.js";
import { parseMarked } from "../src/host/component/json.js";
import { parseWithSource } from "../src/host/stand-in/json.js";

test("what a float holds arrives as a number", () => {
  assert.deepEqual(readJson('{"a": [19.99, 5, -3, 0.1, 1e+21]}'), { a: [19.99, 5, -3, 0.1, 1e21] });
});

test("integers beyond 2^53 keep every digit", () => {
  assert.equal(readJson("18446744073709551615"), 18446744073709551615n);
  assert.equal(readJson("-9007199254740993"), -9007199254740993n);
  assert.equal(readJson("9007199254740991"), 9007199254740991);
});

test("a number that a float would change keeps its digits", () => {
  for (const source of [
    "4.50",
    "1.0",
    "0.30000000000000001",
    "1.5e3",
    "1E2",
    "1e400",
    "-0.0",
    "12345678901234567.89",
  ]) {
    const [value] = /** @type {NumberLiteral[]} */ (readJson(`[${source}]`));
    assert.ok(value instanceof NumberLiteral, source);
    assert.equal(value.source, source);
    assert.equal(writeJson([value]), `[${source}]`);
  }
});

test("the last of several members of a name counts, with its own digits", () => {
  const twice = [
    ['{"price":100.000000000000000001,"price":100}', '{"price":100}'],
    ['{"price":100,"price":100.000000000000000001}', '{"price":100.000000000000000001}'],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['{"a" : "x" , "a" :\t1.50, "b": "\\":n1.50"}', '{"a":1.50,"b":"\\":n1.50"}'],
    ['[{"x":{"p":1.10,"t":"n5"},"x":{"p":1.1}}]', '[{"x":{"p":1.1}}]'],
  ];
  for (const parse of [parseWithSource, parseMarked]) {
    for (const [text, expected] of /** @type {[string, string][]} */ (twice)) {
      const digits = parse(text, (_, source) => new NumberLiteral(source));
      assert.equal(writeJson(digits), expected);
      assert.equal(writeJson(readJson(text)), expected);
    }
  }
});

test("a zero keeps its sign while it is passed on, and is 0 where it is read", () => {
  assert.equal(writeJson(readJson('{"a":-0}')), '{"a":-0}');
  const check = new Checker(readJson('{"a":-0}'));
  assert.deepEqual([check.integer("a"), `${check.decimal("a")}`, check.isClean], [0, "0", true]);
});

test("a member toJSON is a member like any other, unless it is a function", () => {
  for (const text of ['{"toJSON":"x","price":4.50}', '{"a":{"toJSON":1.50}}', '{"toJSON":null}']) {
    assert.equal(writeJson(readJson(text)), text);
  }
  assert.equal(writeJson({ toJSON: () => 5 }), "5");
});

test("a literal counts as the float in plain arithmetic", () => {
  const price = /** @type {any} */ (readJson("4.50"));
  assert.equal(price * 2, 9);
  assert.equal(`${price}`, "4.50");
});

test("texts that look like numbers stay texts", () => {
  const texts = ["4.50", "\\", '"1.0"', "a 1.50 b", "\ud83d\ude00"];
  assert.deepEqual(readJson(JSON.stringify(texts)), texts);
});

test("what is no JSON is invalid as a whole", () => {
  for (const text of ["", "{", '{"a": 1} x', "[1.0,]", "01", '"\u0001"', "nul", "[1.50 2.50]"]) {
    assert.throws(
      () => readJson(text),
      (/** @type {Refusal} */ refused) => {
        assert.ok(refused instanceof Refusal);
        assert.deepEqual([refused.kind, refused.violations[0]?.path, refused.code], ["invalid", "", "not-json"]);
        return true;
      },
      text,
    );
  }
});

test("JSON is compact, in the order of the members, and not escaped more than needed", () => {
  const value = {
    b: 1,
    a: [true, null, "ü 日本 😀"],
    big: 18446744073709551615n,
    price: Decimal.of("4.50"),
    none: undefined,
  };
  assert.equal(writeJson(value), '{"b":1,"a":[true,null,"ü 日本 😀"],"big":18446744073709551615,"price":"4.50"}');
});

test("what says how it is written may be written, a valid date among it", () => {
  const debtor = new (class {
    #name = "x";
    toJSON() {
      return { name: this.#name };
    }
  })();
  const value = {
    debtor,
    at: new Date(0),
    bare: Object.assign(Object.create(null), { a: 1 }),
    number: readJson("4.50"),
  };
  assert.equal(
    writeJson(value),
    '{"debtor":{"name":"x"},"at":"1970-01-01T00:00:00.000Z","bare":{"a":1},"number":4.50}',
  );
});

test("what JSON can't hold throws", () => {
  assert.throws(() => writeJson(undefined), TypeError);
  assert.throws(() => writeJson(() => 1), TypeError);
  const lost = {
    "": Promise.resolve(5),
    "a/b~c": NaN,
    infinite: -Infinity,
    map: new Map(),
    set: new Set([1]),
    call: Math.abs,
    symbol: Symbol("s"),
    error: new Error("x"),
    pattern: /x/,
    bytes: Uint8Array.of(1),
    boxed: new Number(5),
    instance: new (class Debtor {
      name = "x";
    })(),
    date: new Date(NaN),
    iterator: [1].values(),
    quiet: { toJSON: () => undefined },
  };
  for (const [name, value] of Object.entries(lost)) {
    const place = `/lines/0/${name.replace("~", "~0").replace("/", "~1")}`;
    assert.throws(
      () => writeJson({ lines: [{ [name]: value }] }),
      (/** @type {any} */ error) => error instanceof TypeError && error.message.includes(`"${place}": it is `),
      name,
    );
  }
  assert.throws(() => writeJson({ price: Promise.resolve(1) }), /"\/price": it is a Promise: is an `await` missing\?/);
  assert.throws(() => writeJson([1, undefined]), /at "\/1": it is undefined/);
  assert.throws(() => writeJson(new Array(2)), /at "\/0": it is undefined/);
  assert.throws(() => writeJson(NaN), /at the root \(""\): it is NaN/);
  const cycle = /** @type {any} */ ({});
  cycle.self = cycle;
  assert.throws(() => writeJson(cycle), TypeError);
});
