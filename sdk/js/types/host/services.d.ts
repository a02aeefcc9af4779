/**
 * What a plugin may ask of its host, as the contract's imports offer it: in a component by the files of `component/`,
 * in native tests by those of `stand-in/`. The package's `imports` choose.
 */
export type Level = "debug" | "info" | "warn" | "error";
export type WriteLog = (level: Level, text: string, fields: readonly (readonly [string, string])[]) => void;
export type GetRows = (table: string, keys: readonly string[]) => (string | null)[];
export type NowMs = () => number;
/** @typedef {"debug" | "info" | "warn" | "error"} Level */
/** @typedef {(level: Level, text: string, fields: readonly (readonly [string, string])[]) => void} WriteLog */
/**
 * Rows as JSON texts, null where a key has none. Throws an `Error` with the contract's error as its `payload`.
 * @typedef {(table: string, keys: readonly string[]) => (string | null)[]} GetRows
 */
/** @typedef {() => number} NowMs */
export {};
