import assert from "node:assert/strict";
import { test } from "node:test";

import { readCase } from "../src/testing/case.js";
import { difference } from "../src/testing/compare.js";

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
  for (const wrong of [{ inputs: [] }, { expected: [] }, { input: [] }, { description: undefined }]) {
    assert.throws(() => readCase(JSON.stringify({ ...complete, ...wrong })));
  }
});
