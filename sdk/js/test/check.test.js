import assert from "node:assert/strict";
import { test } from "node:test";

import {
  alpha2,
  bigint,
  Checker,
  decimal,
  Decimal,
  Defect,
  integer,
  plain,
  range,
  readJson,
  Refusal,
} from "../src/index.js";

/**
 * Paths and codes of what is found.
 * @param {() => unknown} run
 */
function found(run) {
  try {
    run();
  } catch (thrown) {
    assert.ok(thrown instanceof Refusal);
    return thrown.violations.map(({ path, code }) => `${path} ${code}`);
  }
  return [];
}

test("every broken rule is reported at its place", () => {
  const input = { "a/b~c": 5, address: { country: "Atlantis" }, lines: [{ quantity: 3 }, { quantity: 0 }], total: 1 };
  const check = new Checker(input);
  const mapped = {
    text: check.text("a/b~c"),
    country: check.within("address", (check) => check.text("country", alpha2)),
    quantities: check.each("lines", (check) => check.integer("quantity", (n) => range(n, 1, 999))),
    first: check.at("lines", 0, (check) => check.integer("quantity")),
    missing: check.at("lines", 7, (check) => check.boolean("is_gift")),
  };
  check.rule("total", input.total === 3, "wrong-total", () => "off");
  assert.deepEqual(mapped, { text: "", country: "", quantities: [3, 0], first: 3, missing: false });
  assert.equal(check.count, 5);
  assert.deepEqual(
    found(() => check.finish()),
    [
      "/a~1b~0c wrong-type",
      "/address/country unknown-country",
      "/lines/1/quantity out-of-range",
      "/lines/7/is_gift missing-field",
      "/total wrong-total",
    ],
  );
});

test("nothing found refuses nothing", () => {
  const check = new Checker({ name: " Jürgen ", note: " ", gift: true, price: "4.50" });
  assert.equal(check.text("name"), "Jürgen");
  assert.equal(check.textOrNull("note"), null);
  assert.equal(check.textOrNull("absent"), null);
  assert.equal(check.boolean("gift"), true);
  assert.equal(`${check.decimal("price")}`, "4.50");
  assert.equal(check.decimalOrNull("absent"), null);
  assert.ok(check.isClean);
  check.finish();
});

test("missing, null, blank and wrong are told apart", () => {
  const check = new Checker({ blank: " ", none: null, wrong: 1, float: 1.5, big: 2n ** 60n });
  for (const name of ["blank", "none", "absent", "wrong"]) assert.equal(check.text(name), "");
  for (const name of ["none", "float", "big"]) assert.equal(check.integer(name), 0);
  assert.equal(check.decimal("blank"), Decimal.ZERO);
  assert.deepEqual(
    found(() => check.finish()),
    [
      "/blank empty-field",
      "/none missing-field",
      "/absent missing-field",
      "/wrong wrong-type",
      "/none missing-field",
      "/float wrong-type",
      "/big wrong-type",
      "/blank not-a-decimal",
    ],
  );
});

/**
 * @param {(value: any) => unknown} read
 * @param {unknown} value
 * @returns {string}
 */
function defect(read, value) {
  try {
    return String(read(value));
  } catch (error) {
    assert.ok(error instanceof Defect);
    return `${error.code}: ${error.message}`;
  }
}

test("whole numbers of any size are read, without point and exponent", () => {
  const check = new Checker(readJson('{"a":18446744073709551615,"b":7,"c":-0,"d":9007199254740992,"e":1.0}'));
  const read = ["a", "b", "c", "d", "e"].map((name) => check.bigint(name));
  assert.deepEqual(read, [18446744073709551615n, 7n, 0n, 9007199254740992n, 0n]);
  assert.deepEqual(
    found(() => check.finish()),
    ["/e wrong-type"],
  );
  assert.equal(bigint(5, 5n, 5n), 5n);
  assert.match(
    defect((value) => bigint(value, 0n, 4n), 5),
    /wrong-type: expected a whole number from 0 to 4,/,
  );
  for (const source of ["1.0", "1e2", "1.5", "1e+21"]) {
    for (const reader of [integer, bigint]) {
      assert.match(defect(reader, readJson(source)), /a whole number.*, found a number with a point or an exponent$/);
    }
  }
  assert.match(defect(integer, 2n ** 64n), /to 9007199254740991, found another number$/);
});

test("an amount that a CSV export left empty is none where there need not be one", () => {
  const check = new Checker({ empty: "", blank: " \t", given: " 1.50 ", wrong: "x" });
  const read = ["empty", "blank", "absent", "given", "wrong"].map((name) => check.decimalOrNull(name)?.toString());
  assert.deepEqual(read, [undefined, undefined, undefined, "1.50", undefined]);
  check.decimal("empty");
  assert.deepEqual(
    found(() => check.finish()),
    ["/wrong not-a-decimal", "/empty not-a-decimal"],
  );
});

test("a number with too many digits for a decimal is told the limit", () => {
  const long = "123456789012345678901234567890";
  for (const source of ["1e30", "1e-30", `${long}.12`, long, `"${long}"`, "1e400"]) {
    assert.match(defect(decimal, readJson(source)), /^not-a-decimal: .* beyond what a decimal holds: 28 decimals/);
  }
  assert.match(defect(plain, long), /beyond what a decimal holds/);
  assert.match(defect(plain, "1,5"), /of the expected notation/);
  assert.ok(defect(decimal, readJson("1".repeat(5000))).length < 450);
});

test("what every object inherits is no member", () => {
  const check = new Checker({});
  for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty"]) check.text(name);
  assert.deepEqual(new Set(found(() => check.finish()).map((line) => line.split(" ")[1])), new Set(["missing-field"]));
});

test("absent objects and arrays are empty", () => {
  const check = new Checker({ lines: null });
  assert.deepEqual(
    check.each("lines", () => 1),
    [],
  );
  check.within("address", (check) => check.text("city"));
  assert.deepEqual(
    found(() => check.finish()),
    ["/address/city missing-field"],
  );
});

test("what can't be looked into refuses the message with what was found before", () => {
  /** @param {(check: Checker) => void} look */
  const looked = (look) => found(() => look(new Checker({ name: 1, lines: {}, address: [], items: [5, null] })));
  assert.deepEqual(
    looked((check) => check.each("lines", () => 1)),
    ["/lines wrong-type"],
  );
  assert.deepEqual(
    looked((check) => {
      check.text("name");
      check.within("address", () => 1);
    }),
    ["/name wrong-type", "/address wrong-type"],
  );
  assert.deepEqual(
    looked((check) => check.each("items", (check) => check.text("sku"))),
    ["/items/0 wrong-type"],
  );
  for (const input of [5, "x", null, true]) {
    const code = input === null ? "missing-field" : "wrong-type";
    assert.deepEqual(
      found(() => new Checker(input).text("a")),
      [` ${code}`],
    );
  }
});

test("elements of a top-level array and values themselves can be looked at", () => {
  const check = new Checker([1, "two", -3]);
  const numbers = check.elements((check) => check.here((value) => integer(value, 0), 0));
  assert.deepEqual(numbers, [1, 0, 0]);
  assert.deepEqual(
    found(() => check.finish()),
    ["/1 wrong-type", "/2 wrong-type"],
  );
});

test("an exception that is no defect goes through", () => {
  const check = new Checker({ a: "x" });
  const bug = () => {
    throw new TypeError("a bug");
  };
  assert.throws(() => check.text("a", bug), TypeError);
  assert.equal(
    check.field(
      "a",
      () => {
        throw new Defect("mine", "mine");
      },
      7,
    ),
    7,
  );
});

test("neither an array nor a number passes for an object", () => {
  for (const text of ["[]", '["x"]', "4.50", "1e2", "5"]) {
    const look = () => new Checker(readJson(text)).textOrNull("name");
    assert.throws(look, (/** @type {any} */ refusal) => refusal.violations[0].code === "wrong-type");
    const within = () =>
      new Checker(readJson(`{"address": ${text}}`)).within("address", (check) => check.textOrNull("a"));
    assert.throws(within, (/** @type {any} */ { violations: [found] }) => found.path === "/address");
  }
});
