/** The tables of native tests: those the test gives. */
export type Tables = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
/** @type {import("../services.js").GetRows} */
export declare function get(table: string, keys: readonly string[]): (string | null)[];
/** @param {Tables} given */
export declare function setTables(given: Tables): void;
