/**
 * Write a Gantry plugin as one function on one message.
 *
 * The author writes a mapping; this package does the batch loop, JSON in and out, the settings, broken rules with their
 * JSON Pointer, and what becomes of an exception. Lookup tables and the clock are granted, so they are imported on
 * their own: `@gantry/sdk/lookup`, `@gantry/sdk/clock`. Golden cases run natively with `@gantry/sdk/testing`.
 */

export { Checker } from "./check.js";
export { Decimal } from "./decimal.js";
export { bigint, boolean, decimal, decimalOrNull, integer, text, textOrNull } from "./field.js";
export { idempotencyKey } from "./idempotency.js";
export { NumberLiteral } from "./json/literal.js";
export { readJson } from "./json/read.js";
export { writeJson } from "./json/write.js";
export { log } from "./log.js";
export { Message } from "./message.js";
export { Defect, Refusal } from "./outcome.js";
export { Output } from "./output.js";
export { plugin } from "./plugin.js";
export * from "./quality/index.js";
export { decodeUtf8, encodeUtf8 } from "./utf8.js";

/** @typedef {import("./json/read.js").Json} Json */
/** @typedef {import("./outcome.js").Violation} Violation */
/** @typedef {import("./outcome.js").Details} Details */
/** @typedef {import("./output.js").OutputOptions} OutputOptions */
/** @typedef {import("./log.js").Level} Level */
/** @typedef {import("./plugin.js").Transform} Transform */
/**
 * @template S
 * @typedef {import("./plugin.js").Context<S>} Context
 */
