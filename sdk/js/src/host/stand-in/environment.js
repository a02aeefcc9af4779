/** Native tests run in Node, which has all of it. */
export {};
