/**
 * From the author's function on one message to the contract's functions on a batch.
 */
import { Message } from "./message.js";
export type Context<S> = {
    readonly settings: S;
};
export type Answer = unknown;
export type Transform = {
    configure: (settings: string) => void;
    process: (batch: import("./message.js").RawMessage[]) => import("./contract.js").RawOutcome[];
};
/**
 * What a mapping knows beside its message.
 * @template S
 * @typedef {{ readonly settings: S }} Context
 */
/**
 * What a mapping may answer: an {@link Output}; a value that becomes one as JSON; an array of these, for several
 * messages or none; or a {@link Refusal}, which may be thrown just as well.
 * @typedef {unknown} Answer
 */
/**
 * What the host calls.
 * @typedef {object} Transform
 * @property {(settings: string) => void} configure
 * @property {(batch: import("./message.js").RawMessage[]) => import("./contract.js").RawOutcome[]} process
 */
/**
 * Makes a plugin of a mapping: `export const transform = plugin(map);`
 * @template [S=any]
 * @param {(message: Message, ctx: Context<S>) => Answer} map what becomes of one message
 * @param {(settings: any) => S} [readSettings] the flow's settings, valid against the schema in `plugin.toml`, as the
 *   mapping wants them; checks beyond the schema throw a {@link Defect}, or a Refusal of a Checker. The settings as they
 *   are, unless given.
 * @returns {Transform}
 */
export declare function plugin<S = any>(map: (message: Message, ctx: Context<S>) => Answer, readSettings?: (settings: any) => S): Transform;
