/**
 * A golden case as it stands in its file.
 */

import { Buffer } from "node:buffer";
import assert from "node:assert/strict";

import { readJson } from "../json/read.js";
import { writeJson } from "../json/write.js";

/** @typedef {import("../message.js").RawMessage} RawMessage */

/**
 * @typedef {object} Case
 * @property {string} description
 * @property {string} settings JSON
 * @property {import("../host/stand-in/lookup.js").Tables} tables those that are granted
 * @property {number} nowMs
 * @property {RawMessage[]} batch
 * @property {readonly unknown[]} expected one for each message
 * @property {unknown} refused instead of a batch: the violations with which the settings are refused
 */

/** Lines of the log are looked at in the sandbox only. */
const MEMBERS = ["description", "settings", "grants", "tables", "now_ms", "input", "expected", "log", "refused"];
const INPUT_MEMBERS = ["content_type", "key", "headers", "payload", "id", "event_time_ms", "attempt"];

/**
 * Reads a case and checks what the runner relies on.
 * @param {string} text
 * @returns {Case}
 */
export function readCase(text) {
  const golden = /** @type {any} */ (readJson(text));
  refuseUnknown(golden, MEMBERS);
  assert.ok(typeof golden.description === "string", "a case needs a description");
  const input = repeated(golden.input);
  const expected = repeated(golden.expected);
  assert.ok(golden.refused !== undefined || golden.input !== undefined, "a case needs messages");
  assert.equal(expected.length, input.length, "one expected outcome for each message");
  const nowMs = golden.now_ms ?? 0;
  const granted = golden.grants?.lookup;
  const tables = Object.entries(golden.tables ?? {}).filter(([name]) => granted?.includes(name) ?? true);
  return {
    description: golden.description,
    settings: writeJson(golden.settings ?? {}),
    tables: Object.fromEntries(tables),
    nowMs,
    batch: input.map((input, at) => message(input, at, nowMs)),
    expected,
    refused: golden.refused,
  };
}

/**
 * Written out, where one stands for many.
 * @param {any[]} [items]
 * @returns {any[]}
 */
function repeated(items = []) {
  return items.flatMap(({ repeat = 1, ...item }) => new Array(repeat).fill(item));
}

/**
 * `{"text": …}`, perhaps so many `times`, and `{"base64": …}` are the raw payload; anything else is JSON.
 * @param {unknown} value
 * @returns {RawMessage["payload"]}
 */
export function payload(value) {
  if (isRaw(value, "text")) return { tag: "text", val: value.text };
  if (isRaw(value, "base64")) return { tag: "bytes", val: new Uint8Array(Buffer.from(value.base64, "base64")) };
  if (isRepeated(value)) return { tag: "text", val: value.text.repeat(value.times) };
  return { tag: "text", val: writeJson(value) };
}

/**
 * A text that is written once and stands for many.
 * @param {unknown} value
 * @returns {value is { text: string, times: number }}
 */
export function isRepeated(value) {
  const { text, times, ...more } = /** @type {any} */ (value ?? {});
  return typeof text === "string" && typeof times === "number" && Object.keys(more).length === 0;
}

/**
 * An object with this one member, a text.
 * @template {string} Name
 * @param {unknown} value
 * @param {Name} name
 * @returns {value is { [name in Name]: string }}
 */
export function isRaw(value, name) {
  if (typeof value !== "object" || value === null) return false;
  const [member, ...more] = Object.entries(value);
  return member?.[0] === name && typeof member[1] === "string" && more.length === 0;
}

/**
 * @param {any} input
 * @param {number} at
 * @param {number} nowMs
 * @returns {RawMessage}
 */
function message(input, at, nowMs) {
  refuseUnknown(input, INPUT_MEMBERS);
  const headers = Object.entries(input.headers ?? {});
  return {
    id: input.id ?? `00000000-0000-0000-0000-${String(at).padStart(12, "0")}`,
    key: input.key ?? null,
    contentType: input.content_type ?? "application/json",
    headers: headers.map(([name, value]) => [name.toLowerCase(), String(value)]),
    eventTimeMs: input.event_time_ms ?? nowMs,
    attempt: input.attempt ?? 1,
    payload: payload(input.payload),
    extensions: [],
  };
}

/**
 * @param {object} value
 * @param {readonly string[]} known
 */
function refuseUnknown(value, known) {
  const unknown = Object.keys(value).filter((name) => !known.includes(name));
  assert.deepEqual(unknown, [], "members that no case has");
}
