/**
 * Faults of the plugin, as far as a native run can know them: an exception is one here as it is in the sandbox. Deadlines,
 * memory, traps and what the host makes of an answer are the sandbox's.
 */

/** @typedef {import("../contract.js").RawOutcome} RawOutcome */
/** @typedef {{ code: string, text: string, stack: string }} PluginFault */

/** What the SDK reports an exception with. The host turns it into a fault. */
const EXCEPTION = "plugin-exception";

/**
 * Whether the case expects a fault that only the sandbox can tell. A native run may not even come back from its message.
 * @param {any} expected
 * @returns {boolean}
 */
export function isOfTheSandbox(expected) {
  const code = expected?.fault?.code;
  return code !== undefined && ![code].flat().includes(EXCEPTION);
}

/**
 * What the host would make a fault of.
 * @param {RawOutcome} outcome
 * @returns {PluginFault | undefined}
 */
export function faultIn(outcome) {
  if (outcome.tag !== "reject" || outcome.val.code !== EXCEPTION) return undefined;
  const { stack = "" } = Object.fromEntries(outcome.val.details);
  return { code: EXCEPTION, text: outcome.val.text, stack };
}

/**
 * Whether the fault is the expected one: one of its codes, all words that it must mention, whether there is a stack.
 * @param {any} expected
 * @param {PluginFault} fault
 */
export function isFault({ code = EXCEPTION, mentions = [], stack, text, ...unknown }, fault) {
  const said = `${fault.text}\n${fault.stack}`;
  const hasCode = [code].flat().includes(fault.code);
  const isMentioned = mentions.every((/** @type {string} */ word) => said.includes(word));
  const hasStack = stack === undefined || stack === (fault.stack !== "");
  const isSaid = text === undefined || text === fault.text;
  return hasCode && isMentioned && hasStack && isSaid && Object.keys(unknown).length === 0;
}
