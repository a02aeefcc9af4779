/**
 * From the author's function on one message to the contract's functions on a batch.
 */

import { called } from "#host/guard";
import { about } from "#host/log";
import { lowerOutcome } from "./contract.js";
import { instead } from "./environment/absent.js";
import { inSources } from "./environment/lines.js";
import { readJson } from "./json/read.js";
import { Message } from "./message.js";
import { Defect, Refusal } from "./outcome.js";
import { Output } from "./output.js";

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
export function plugin(map, readSettings = (settings) => settings) {
  /** @type {Context<S> | undefined} */
  let ctx;
  return {
    configure(settings) {
      try {
        ctx = called(() => Object.freeze({ settings: readSettings(readJson(settings)) }));
      } catch (error) {
        throw violations(error);
      }
    },
    process(batch) {
      const configured = ctx;
      if (configured === undefined) {
        return batch.map(() => lowerOutcome(Refusal.retry("not-configured", "process before configure")));
      }
      return called(() => batch.map((raw) => outcome(map, raw, configured)));
    },
  };
}

/**
 * What becomes of one message, whatever the mapping does.
 * @template S
 * @param {(message: Message, ctx: Context<S>) => Answer} map
 * @param {import("./message.js").RawMessage} raw
 * @param {Context<S>} ctx
 * @returns {import("./contract.js").RawOutcome}
 */
function outcome(map, raw, ctx) {
  about(raw.id);
  try {
    return lowerOutcome(outputs(map(new Message(raw), ctx)));
  } catch (thrown) {
    return lowerOutcome(refusal(thrown));
  }
}

/**
 * @param {Answer} answer
 * @returns {readonly Output[] | Refusal}
 */
function outputs(answer) {
  if (answer instanceof Output) return [answer];
  if (answer instanceof Refusal) return answer;
  if (Array.isArray(answer)) return answer.map(output);
  return [output(answer)];
}

/**
 * @param {unknown} answer
 * @returns {Output}
 */
function output(answer) {
  if (answer instanceof Output) return answer;
  if (answer === undefined) throw new TypeError("the mapping answered nothing: an empty array emits nothing");
  if (answer instanceof Promise) throw new TypeError("the mapping answered a promise: it must not be async");
  return Output.json(answer);
}

/**
 * What was thrown, as a refusal. Anything that isn't meant as one is a bug of the plugin: a fault of this message, with
 * the place in the code.
 * @param {unknown} thrown
 * @returns {Refusal}
 */
function refusal(thrown) {
  if (thrown instanceof Refusal) return thrown;
  if (thrown instanceof Defect) return Refusal.violations([thrown.at("")]);
  const stack = thrown instanceof Error ? inSources(thrown.stack ?? "") : "";
  return Refusal.reject("plugin-exception", described(thrown), { details: { stack } });
}

/** @param {unknown} thrown */
function described(thrown) {
  if (thrown instanceof Error) {
    const hint = instead(thrown);
    return `${thrown.name}: ${thrown.message}${hint === undefined ? "" : `: ${hint}`}`;
  }
  try {
    return `thrown: ${thrown}`;
  } catch {
    return `thrown: a value of the type ${typeof thrown} that has no text`;
  }
}

/**
 * What is wrong with the settings.
 * @param {unknown} thrown
 * @returns {readonly import("./outcome.js").Violation[]}
 */
function violations(thrown) {
  const refused = refusal(thrown);
  if (refused.kind === "invalid") return refused.violations;
  return [{ path: "", code: refused.code, text: refused.message }];
}
