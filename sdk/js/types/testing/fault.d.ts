/**
 * Faults of the plugin, as far as a native run can know them: an exception is one here as it is in the sandbox. Deadlines,
 * memory, traps and what the host makes of an answer are the sandbox's.
 */
export type RawOutcome = import("../contract.js").RawOutcome;
export type PluginFault = {
    code: string;
    text: string;
    stack: string;
};
/**
 * Whether the case expects a fault that only the sandbox can tell. A native run may not even come back from its message.
 * @param {any} expected
 * @returns {boolean}
 */
export declare function isOfTheSandbox(expected: any): boolean;
/**
 * What the host would make a fault of.
 * @param {RawOutcome} outcome
 * @returns {PluginFault | undefined}
 */
export declare function faultIn(outcome: RawOutcome): PluginFault | undefined;
/**
 * Whether the fault is the expected one: one of its codes, all words that it must mention, whether there is a stack.
 * @param {any} expected
 * @param {PluginFault} fault
 */
export declare function isFault({ code, mentions, stack, text, ...unknown }: any, fault: PluginFault): any;
