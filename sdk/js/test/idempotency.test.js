import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { idempotencyKey } from "../src/index.js";
import { sha256 } from "../src/sha256.js";

const VECTORS = new URL("../../../tests/conformance/idempotency-keys.json", import.meta.url);

test("a key is that of every other language", () => {
  /** @type {[string[], string][]} */
  const vectors = JSON.parse(readFileSync(VECTORS, "utf8"));
  assert.ok(vectors.length >= 20);
  for (const [parts, key] of vectors) assert.equal(idempotencyKey(...parts), key);
});

test("whole numbers are parts, and what is neither is a bug that is named", () => {
  assert.equal(idempotencyKey("order", 17, 18446744073709551615n), "order/17/18446744073709551615");
  for (const part of [undefined, null, 1.5, NaN, 2 ** 53, true, {}]) {
    assert.throws(() => idempotencyKey("order", /** @type {any} */ (part)), /part 2 of an idempotency key is/);
  }
  assert.throws(() => idempotencyKey(), /at least one part/);
});

test("half of a surrogate pair is the replacement character, as in the contract", () => {
  assert.equal(idempotencyKey("a\ud800"), "a%EF%BF%BD");
});

test("digests are those of the standard, whatever the length", () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 7 + length) % 256);
    assert.equal(sha256(bytes), createHash("sha256").update(bytes).digest("hex"));
  }
});
