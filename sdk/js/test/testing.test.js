import assert from "node:assert/strict";
import { test } from "node:test";

import { readCase } from "../src/testing/case.js";
import { difference } from "../src/testing/compare.js";
import { isOfTheSandbox } from "../src/testing/fault.js";

/**
 * @param {string} payload
 * @returns {import("../src/contract.js").RawOutcome}
 */
function emitted(payload) {
  const output = {
    route: "erp",
    key: null,
    idempotencyKey: null,
    contentType: "application/json",
    headers: /** @type {[string, string][]} */ ([["a", "1"]]),
    payload: /** @type {const} */ ({ tag: "text", val: payload }),
    extensions: [],
  };
  return { tag: "emit", val: [output] };
}

test("what is not mentioned is not compared", () => {
  assert.equal(difference({ emit: [{ payload: { b: 2, a: 1 } }] }, emitted('{"a": 1.0, "b": 2}')), undefined);
  assert.equal(difference({ emit: [{ headers: { a: "1" } }] }, emitted("{}")), undefined);
  assert.ok(difference({ emit: [{ route: null }] }, emitted("{}")));
});

test("a payload is compared as a whole", () => {
  assert.match(difference({ emit: [{ payload: { a: 1 } }] }, emitted('{"a": 1, "b": 2}')) ?? "", /expected[^]*got/);
  assert.ok(difference({ emit: [{ payload: { text: '{"a":1}' } }] }, emitted('{"a": 1}')));
});

test("one violation more, or another kind of outcome, is a difference", () => {
  const violation = { path: "/a", code: "c", text: "t" };
  /** @type {import("../src/contract.js").RawOutcome} */
  const invalid = { tag: "invalid", val: [violation, violation] };
  assert.ok(difference({ invalid: [{ path: "/a" }] }, invalid));
  assert.equal(difference({ invalid: [{ path: "/a" }, { code: "c" }] }, invalid), undefined);
  assert.ok(difference({ reject: { code: "c" } }, invalid));
});

test("a case that nobody can run is refused", () => {
  const complete = { description: "d", input: [{ payload: { base64: "//79" } }], expected: [{}] };
  assert.deepEqual(readCase(JSON.stringify(complete)).batch[0]?.payload.val, Uint8Array.of(0xff, 0xfe, 0xfd));
  for (const wrong of [
    { inputs: [] },
    { expected: [] },
    { input: undefined, expected: [] },
    { description: undefined },
  ]) {
    assert.throws(() => readCase(JSON.stringify({ ...complete, ...wrong })));
  }
});

test("an exception is the fault that a case expects", () => {
  /** @type {(stack: string) => import("../src/contract.js").RawOutcome} */
  const reject = (stack) => ({
    tag: "reject",
    val: { code: "plugin-exception", text: "RangeError: off by one", details: [["stack", stack]] },
  });
  const thrown = reject("at deliberate (src/plugin.js:3)");
  const met = [
    {},
    { code: "plugin-exception" },
    { code: ["plugin-trap", "plugin-exception"] },
    { mentions: ["off by one", "deliberate"] },
    { stack: true },
    { text: "RangeError: off by one" },
  ];
  for (const fault of met) assert.equal(difference({ fault }, thrown), undefined, JSON.stringify(fault));
  const unmet = [
    { code: "plugin-trap" },
    { mentions: ["on time"] },
    { stack: false },
    { text: "on time" },
    { words: [] },
  ];
  for (const fault of unmet) assert.ok(difference({ fault }, thrown), JSON.stringify(fault));
  assert.equal(difference({ fault: { stack: false } }, reject("")), undefined);
  assert.match(difference({ reject: { code: "plugin-exception" } }, thrown) ?? "", /"fault"/);
  assert.ok(difference({ fault: {} }, emitted("{}")));
  assert.ok(difference({ fault: {} }, { tag: "reject", val: { code: "own", text: "", details: [] } }));
});

test("faults that only the sandbox can tell are known", () => {
  for (const code of ["plugin-deadline", ["plugin-trap", "plugin-memory"]]) {
    assert.ok(isOfTheSandbox({ fault: { code } }));
  }
  for (const expected of [{ fault: {} }, { fault: { code: ["plugin-trap", "plugin-exception"] } }, { skip: {} }]) {
    assert.ok(!isOfTheSandbox(expected));
  }
});
