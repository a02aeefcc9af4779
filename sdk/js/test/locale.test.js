import assert from "node:assert/strict";
import { test } from "node:test";

import { byCodePoints } from "../src/environment/locale.js";
import { Message, plugin } from "../src/index.js";

/**
 * What the host would be told about a mapping that does this.
 * @param {() => unknown} does
 * @returns {string} the JSON it emits, or the fault's text
 */
function answer(does) {
  const transform = plugin(() => ({ value: does() }));
  transform.configure("{}");
  const raw = { id: "m", key: null, contentType: "application/json", headers: [], eventTimeMs: 0, attempt: 1 };
  const [outcome] = transform.process([{ ...raw, payload: { tag: "text", val: "{}" }, extensions: [] }]);
  return outcome?.tag === "emit" ? String(outcome.val[0]?.payload.val) : /** @type {any} */ (outcome).val.text;
}

const MOMENT = new Date(1_700_000_055_123);

test("what depends on a locale is refused with what to use instead", () => {
  const refused = /** @type {const} */ ([
    [() => (1234.5).toLocaleString(), /Decimal/],
    [() => 5n.toLocaleString("de"), /Decimal/],
    [() => [1234.5].toLocaleString(), /Decimal/],
    [() => Float64Array.of(1.5).toLocaleString(), /Decimal/],
    [() => MOMENT.toLocaleString("de-DE", { timeZone: "Europe/Berlin" }), /inZone/],
    [() => MOMENT.toLocaleDateString(), /inZone/],
    [() => MOMENT.toLocaleTimeString("de"), /inZone/],
    [() => "ä".localeCompare("z", "de"), /fold/],
    [() => "a".localeCompare("A", undefined, { sensitivity: "base" }), /fold/],
    [() => "i".toLocaleUpperCase("tr"), /toUpperCase/],
    [() => "I".toLocaleLowerCase("tr"), /toLowerCase/],
    [() => new Intl.NumberFormat("de").format(1), /no Intl: inZone/],
  ]);
  for (const [does, instead] of refused) assert.match(answer(does), instead, String(does));
});

test("without a locale texts are compared by code points in composed form, and change their case", () => {
  const texts = ["z", "ä", "a\u0308", "a", "B", "", "ab", "\ue000", "😀"];
  const sorted = ["", "B", "a", "ab", "z", "ä", "a\u0308", "\ue000", "😀"];
  assert.deepEqual(texts.sort(byCodePoints), sorted);
  assert.equal(
    answer(() => ["z", "ä", "B"].sort((a, b) => a.localeCompare(b)).join()),
    '{"value":"B,z,ä"}',
  );
  assert.equal(
    answer(() => "i".toLocaleUpperCase() + "I".toLocaleLowerCase(undefined)),
    '{"value":"Ii"}',
  );
});

test("native calls have no clock and no chance either, and local time is UTC", () => {
  for (const does of [
    () => Date.now(),
    () => new Date(),
    () => Date(),
    () => new /** @type {any} */ (MOMENT).constructor(),
  ]) {
    assert.match(answer(does), /nowMs\(\)/, String(does));
  }
  assert.match(
    answer(() => Math.random()),
    /no chance/,
  );
  assert.equal(
    answer(() => [new Date("2026-07-01 10:00").toISOString(), MOMENT.getHours(), MOMENT.getTimezoneOffset()]),
    '{"value":["2026-07-01T10:00:00.000Z",22,0]}',
  );
  assert.equal(
    answer(() => [MOMENT instanceof Date, new Date(5) instanceof Date, typeof Intl]),
    '{"value":[true,true,"undefined"]}',
  );
});

test("a test and its tools keep what Node has", () => {
  assert.equal(
    answer(() => 1),
    '{"value":1}',
  );
  assert.ok(Date.now() > 0);
  assert.ok(Math.random() < 1);
  assert.equal(MOMENT.constructor, Date);
  assert.equal(new Intl.NumberFormat("en").format(1234), "1,234");
  assert.equal((1234).toLocaleString("en"), "1,234");
  assert.equal(Message.of("x").text(), "x");
});
