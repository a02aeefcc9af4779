export {};
/** Native tests have a clock and chance; a plugin that uses them fails its golden cases in the sandbox. */
