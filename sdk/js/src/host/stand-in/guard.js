/** Native tests have a clock and chance; a plugin that uses them fails its golden cases in the sandbox. */

/** Nothing changes when the host calls. */
export function seal() {}
