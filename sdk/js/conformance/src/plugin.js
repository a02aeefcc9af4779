/**
 * Does what each message tells it to: the reference plugin of `tests/conformance`.
 */

import { Checker, Decimal, idempotencyKey, log, Output, plugin, Refusal } from "@gantry/sdk";
import { nowMs } from "@gantry/sdk/clock";
import { lookup } from "@gantry/sdk/lookup";

import { ambient } from "./ambient.js";
import { quality } from "./quality.js";

/** @typedef {import("@gantry/sdk").Message} Message */
/** @typedef {{ greeting?: string, refuse?: boolean }} Settings */

/** @type {Record<string, (command: any, message: Message, settings: Settings) => unknown>} */
const COMMANDS = {
  echo: ({ value }) => Output.json(value),
  emit: ({ outputs }) => outputs.map(output),
  key: ({ parts }) => {
    const key = idempotencyKey(...parts);
    return Output.json({ key }, { idempotencyKey: key });
  },
  skip: ({ code, text, details }) => Refusal.skip(code, text, { details }),
  reject: ({ code, text, details }) => Refusal.reject(code, text, { details }),
  retry: ({ code, text, after_ms }) => Refusal.retry(code, text, { afterMs: after_ms }),
  invalid: ({ violations }) => Refusal.violations(violations),
  check,
  number,
  see,
  log: ({ level, text, fields }) => {
    log.write(level, text, fields);
    return { logged: level };
  },
  lookup: ({ table, keys }) => {
    const rows = lookup(table, keys);
    return { rows: keys.map((/** @type {string} */ _, /** @type {number} */ at) => rows.get(at)) };
  },
  known: ({ table, keys, at }) => {
    const rows = lookup(table, keys);
    const check = new Checker({});
    const row = check.field("keys", () => rows.known(at, "unknown-country"), null);
    check.finish();
    return { row };
  },
  quality,
  ambient,
  now: () => ({ now_ms: nowMs() }),
  throw: deliberate,
};

/**
 * @param {Message} message
 * @param {import("@gantry/sdk").Context<Settings>} ctx
 */
function map(message, { settings }) {
  if (message.mediaType !== "application/json") return Output.unchanged(message);
  const command = /** @type {any} */ (message.json());
  const name = /** @type {any} */ (new Checker(command).field("do", (value) => value, undefined));
  if (!Object.hasOwn(COMMANDS, name)) return Refusal.reject("unknown-command", `there is no command ${name}`);
  return COMMANDS[name]?.(command, message, settings);
}

/** @param {any} spec */
function output({ route, key, idempotency_key: idempotencyKey, content_type: contentType, headers, ...payload }) {
  const options = { route, key, idempotencyKey, contentType, headers };
  if ("text" in payload) return Output.text(payload.text, options);
  if ("bytes" in payload) return Output.bytes(Uint8Array.from(payload.bytes), options);
  return Output.json(payload.json, options);
}

/** @param {any} command */
function check(command) {
  const check = new Checker(command);
  const amounts = check.each("items", () => {
    check.text("name");
    check.textOrNull("a/b~c");
    return check.decimal("amount");
  });
  check.finish();
  return { count: amounts.length, sum: amounts.reduce((sum, amount) => sum.plus(amount), Decimal.ZERO) };
}

/** @param {any} command */
function number(command) {
  const check = new Checker(command);
  const value = check.decimal("value");
  check.finish();
  return { number: value.asJsonNumber() };
}

/**
 * @param {any} _
 * @param {Message} message
 * @param {Settings} settings
 */
function see(_, message, settings) {
  return {
    id: message.id,
    key: message.key,
    content_type: message.contentType,
    headers: message.headers,
    event_time_ms: message.eventTimeMs,
    attempt: message.attempt,
    kind: typeof message.payload === "string" ? "text" : "bytes",
    settings,
  };
}

/** @param {any} command */
function deliberate({ text }) {
  throw new Error(text);
}

/** @param {Settings} settings */
function readSettings(settings) {
  const check = new Checker(settings);
  check.rule("refuse", settings.refuse !== true, "refused", "these settings ask to be refused");
  check.finish();
  return settings;
}

export const transform = plugin(map, readSettings);
