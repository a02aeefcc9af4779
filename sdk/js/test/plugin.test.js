import assert from "node:assert/strict";
import { test } from "node:test";

import { Checker, Decimal, Defect, log, Message, Output, plugin, Refusal } from "../src/index.js";
import { nowMs } from "../src/clock.js";
import { lookup } from "../src/lookup.js";
import { setNow, setTables } from "../src/testing.js";

/** @typedef {import("../src/message.js").RawMessage} RawMessage */

/**
 * @param {string | Uint8Array} payload
 * @returns {RawMessage}
 */
function raw(payload) {
  return {
    id: "m-1",
    key: "k",
    contentType: "Application/JSON; charset=utf-8",
    headers: [["x-shop", "a"]],
    eventTimeMs: 5,
    attempt: 2,
    payload: typeof payload === "string" ? { tag: "text", val: payload } : { tag: "bytes", val: payload },
    extensions: [],
  };
}

/**
 * What becomes of one message.
 * @param {(message: Message, ctx: any) => unknown} map
 * @param {string | Uint8Array} [payload]
 * @returns {any}
 */
function outcome(map, payload = "{}") {
  const transform = plugin(map);
  transform.configure('{"floor": 5}');
  return transform.process([raw(payload)])[0];
}

test("outcomes stand in the order of the messages", () => {
  const transform = plugin((message, { settings }) => {
    const number = /** @type {number} */ (message.json());
    if (number < settings.floor) throw Refusal.skip("too-low", "below the floor");
    return Output.json(number - settings.floor);
  });
  transform.configure('{"floor": 5}');
  const outcomes = /** @type {any[]} */ (transform.process([raw("7"), raw("3"), raw("x")]));
  assert.deepEqual(
    outcomes.map(({ tag }) => tag),
    ["emit", "skip", "invalid"],
  );
  assert.equal(outcomes[0].val[0].payload.val, "2");
  assert.equal(outcomes[1].val.code, "too-low");
  assert.equal(outcomes[2].val[0].code, "not-json");
});

test("a value, an output and several are emitted", () => {
  assert.deepEqual(outcome(() => ({ total: Decimal.of("1.50") })).val, [
    {
      route: null,
      key: null,
      idempotencyKey: null,
      contentType: "application/json",
      headers: [],
      payload: { tag: "text", val: '{"total":"1.50"}' },
      extensions: [],
    },
  ]);
  const options = { route: "erp", key: "k", idempotencyKey: "i", headers: { "X-Shop": "A" } };
  const [sent] = outcome(() => Output.text("x", options)).val;
  assert.deepEqual([sent.route, sent.key, sent.idempotencyKey, sent.contentType], ["erp", "k", "i", "text/plain"]);
  assert.deepEqual(sent.headers, [["x-shop", "A"]]);
  assert.equal(outcome(() => [Output.json(1), { a: 1 }, Output.bytes(Uint8Array.of(1))]).val.length, 3);
  assert.deepEqual(
    outcome(() => []),
    { tag: "emit", val: [] },
  );
});

test("half of a surrogate pair is neither read nor sent, and its place is named", () => {
  const incoming = outcome((message) => message.json(), '{"lines": [{"a/b": "x\\uD83Dy"}]}');
  assert.deepEqual([incoming.tag, incoming.val[0].path, incoming.val[0].code], ["invalid", "", "not-json"]);
  assert.match(incoming.val[0].text, /"\/lines\/0\/a~1b" has half/);
  assert.equal(outcome((message) => message.json(), '{"\\udc00": 1}').val[0].code, "not-json");
  const whole = '{"a":"😀","b":"\\\\ud83d"}';
  assert.equal(outcome((message) => message.json(), whole).val[0].payload.val, whole);

  const half = "😀".slice(0, 1);
  const cut = outcome(() => ({ lines: [{ name: half }] }));
  assert.deepEqual([cut.tag, cut.val.code], ["reject", "plugin-exception"]);
  assert.match(cut.val.text, /"\/lines\/0\/name": it is a text with half of a surrogate pair/);
  assert.match(outcome(() => ({ [half]: 1 })).val.text, /half of a surrogate pair/);
  assert.match(outcome(() => Output.json(half)).val.text, /the root/);
  assert.match(outcome(() => Output.text(half)).val.text, /^TypeError: the payload has half/);
  for (const name of ["route", "key", "idempotencyKey", "contentType"]) {
    assert.match(outcome(() => Output.text("x", { [name]: half })).val.text, /has half/, name);
  }
  assert.match(outcome(() => Output.text("x", { headers: { a: half } })).val.text, /the header has half/);
  assert.equal(outcome(() => Refusal.skip("cut", half)).val.text, "\ufffd");
});

test("refusals may be thrown or returned", () => {
  assert.deepEqual(
    outcome(() => Refusal.skip("a", "b", { details: { c: "d" } })),
    {
      tag: "skip",
      val: { code: "a", text: "b", details: [["c", "d"]] },
    },
  );
  assert.deepEqual(outcome(() => Refusal.retry("busy", "locked", { afterMs: 1500.2 })).val, {
    fault: { code: "busy", text: "locked", details: [] },
    afterMs: 1501,
  });
  assert.equal(outcome(() => Refusal.retry("busy", "locked")).val.afterMs, null);
  assert.deepEqual(outcome(() => Refusal.invalid("/a", "b", "c")).val, [{ path: "/a", code: "b", text: "c" }]);
  const defect = () => {
    throw new Defect("d", "e");
  };
  assert.deepEqual(outcome(defect).val, [{ path: "", code: "d", text: "e" }]);
});

test("a bug is a fault of its message, told with its text and stack", () => {
  function deliberate() {
    throw new RangeError("off by one");
  }
  const { tag, val } = outcome(deliberate);
  assert.deepEqual([tag, val.code, val.text], ["reject", "plugin-exception", "RangeError: off by one"]);
  assert.match(val.details[0][1], /deliberate/);
  const thrown = () => {
    throw "a text";
  };
  assert.equal(outcome(thrown).val.text, "thrown: a text");
  const odd = () => {
    throw Object.create(null);
  };
  assert.equal(outcome(odd).val.text, "thrown: a value of the type object that has no text");
  for (const map of [() => undefined, async () => 1, () => Symbol("s")]) {
    assert.equal(outcome(map).val.code, "plugin-exception");
  }
  assert.equal(outcome(() => Refusal.reject(/** @type {any} */ (undefined), "x")).tag, "reject");
});

test("settings are checked by the plugin's own rules", () => {
  const transform = plugin(
    () => 1,
    (settings) => {
      const check = new Checker(settings);
      check.rule("floor", settings.floor >= 0, "too-low", "the floor is below zero");
      check.finish();
      return settings;
    },
  );
  assert.throws(
    () => transform.configure('{"floor": -1}'),
    (thrown) => {
      assert.deepEqual(thrown, [{ path: "/floor", code: "too-low", text: "the floor is below zero" }]);
      return true;
    },
  );
  assert.equal(/** @type {any} */ (transform.process([raw("{}")])[0]).val.fault.code, "not-configured");
});

test("a mapping sees all there is of its message", () => {
  outcome((message) => {
    assert.deepEqual([message.id, message.key, message.attempt, message.eventTimeMs], ["m-1", "k", 2, 5]);
    assert.equal(message.mediaType, "application/json");
    assert.deepEqual([message.header("X-Shop"), message.header("x-none")], ["a", undefined]);
    assert.equal(message.text(), "{}");
    return [];
  });
  const bytes = Uint8Array.from([0x7b, 0x7d]);
  assert.equal(outcome((message) => message.json(), bytes).val[0].payload.val, "{}");
  assert.equal(outcome((message) => message.json(), Uint8Array.of(0xff)).val[0].code, "not-json");
  assert.deepEqual(outcome((message) => Output.unchanged(message), bytes).val[0].payload, { tag: "bytes", val: bytes });
});

test("keys of a lookup and payloads of another type are faults of the plugin that say so", () => {
  setTables({ products: { 7: {} } });
  const wrong = /** @type {[any, any, RegExp][]} */ ([
    ["products", ["7", 7], /the key 1 for the table `products` is number; use String/],
    ["products", [null], /is null/],
    ["products", "7", /an array of texts/],
    [undefined, ["7"], /the name of a table is a text/],
  ]);
  for (const [table, keys, text] of wrong) {
    assert.throws(
      () => lookup(table, keys),
      (error) => error instanceof TypeError && text.test(error.message),
    );
  }
  for (const payload of /** @type {any[]} */ ([5, [1, 2], null, undefined])) {
    const transform = plugin(() => Output.bytes(payload));
    transform.configure("{}");
    const [outcome] = /** @type {any[]} */ (transform.process([raw("{}")]));
    assert.match(outcome.val.text, /^TypeError: the payload of an output is a text or a Uint8Array/);
  }
});

test("rows come in the order of the keys, and unknown tables refuse the message", () => {
  setTables({ products: { 1: { name: "Chai" }, 2: [] } });
  const rows = lookup("products", ["9", "1"]);
  assert.deepEqual([rows.get(0), rows.get(1)], [null, { name: "Chai" }]);
  assert.throws(() => rows.known(0, "unknown-product"), {
    code: "unknown-product",
    message: "`9` is not in the table `products`",
  });
  for (const position of [2, -1, 0.5, NaN, /** @type {any} */ (undefined)]) {
    const fault = {
      name: "RangeError",
      message: `there is no position ${position} in a lookup of 2 keys in the table \`products\``,
    };
    assert.throws(() => rows.known(position, "unknown-product"), fault);
    assert.throws(() => rows.get(position), fault);
  }
  assert.throws(() => lookup("prices", ["1"]), { kind: "reject", code: "unknown-table" });
  const named = (/** @type {any} */ row) => new Checker(row).field("name", String, "") && row;
  const unfit = () => {
    throw new Defect("wrong-type", "no name");
  };
  assert.equal(lookup("products", ["1"], named).get(0).name, "Chai");
  assert.throws(() => lookup("products", ["2"], unfit), { kind: "reject", code: "unfit-table-row" });
  lookup("prices", []);
});

test("the clock stands where the test puts it", () => {
  setNow(1_700_000_000_000);
  assert.equal(nowMs(), 1_700_000_000_000);
});

test("lines for the operator go to standard error", (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  log.warn("no price list", { customer: "C-1" });
  assert.deepEqual(mock.calls[0]?.arguments, ['warn no price list customer="C-1"']);
});
