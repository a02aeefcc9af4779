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
 */

const MEMBERS = ["description", "settings", "grants", "tables", "now_ms", "input", "expected"];
const INPUT_MEMBERS = ["content_type", "key", "headers", "payload"];

/**
 * Reads a case and checks what the runner relies on.
 * @param {string} text
 * @returns {Case}
 */
export function readCase(text) {
  const golden = /** @type {any} */ (readJson(text));
  refuseUnknown(golden, MEMBERS);
  assert.ok(typeof golden.description === "string", "a case needs a description");
  assert.ok(golden.input?.length > 0, "a case needs at least one message");
  assert.equal(golden.expected?.length, golden.input.length, "one expected outcome for each message");
  const granted = golden.grants?.lookup;
  const tables = Object.entries(golden.tables ?? {}).filter(([name]) => granted?.includes(name) ?? true);
  return {
    description: golden.description,
    settings: writeJson(golden.settings ?? {}),
    tables: Object.fromEntries(tables),
    nowMs: golden.now_ms ?? 0,
    batch: golden.input.map(message),
    expected: golden.expected,
  };
}

/**
 * `{"text": …}` and `{"base64": …}` are the raw payload; anything else is JSON.
 * @param {unknown} value
 * @returns {RawMessage["payload"]}
 */
export function payload(value) {
  if (isRaw(value, "text")) return { tag: "text", val: value.text };
  if (isRaw(value, "base64")) return { tag: "bytes", val: new Uint8Array(Buffer.from(value.base64, "base64")) };
  return { tag: "text", val: writeJson(value) };
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
 * @returns {RawMessage}
 */
function message(input, at) {
  refuseUnknown(input, INPUT_MEMBERS);
  const headers = Object.entries(input.headers ?? {});
  return {
    id: `case-${at}`,
    key: input.key ?? null,
    contentType: input.content_type ?? "application/json",
    headers: headers.map(([name, value]) => [name.toLowerCase(), String(value)]),
    eventTimeMs: 0,
    attempt: 1,
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
