/**
 * Reference tables that the operator loads, `@gantry/sdk/lookup`. Importing it makes the component import it:
 * `plugin.toml` must name the tables under `[wants] lookup`, and the operator has to grant each.
 */

import { get } from "#host/lookup";
import { readJson } from "./json/read.js";
import { Defect, Refusal } from "./outcome.js";

/**
 * The rows that `keys` find in a table, in the order of the keys. All keys of a message in one call: each call crosses
 * from the sandbox to the host.
 *
 * A table that can't be read just now refuses the message with a retry (`table-unavailable`); one that isn't there or
 * isn't granted rejects it (`unknown-table`), and so does a row that `read` throws a {@link Defect} for
 * (`unfit-table-row`).
 * @template [R=any]
 * @param {string} table
 * @param {readonly string[]} keys
 * @param {(row: any) => R} [read] what the plugin takes of a row; the row itself unless given
 * @returns {Rows<R>}
 */
export function lookup(table, keys, read) {
  mustBeTexts(table, keys);
  const found = keys.length === 0 ? [] : fromHost(table, keys);
  if (found.length !== keys.length) {
    throw Refusal.reject("lookup-failed", `the table \`${table}\`: ${found.length} rows for ${keys.length} keys`);
  }
  const rows = found.map((row, at) => (row === null ? null : readRow(table, keys[at] ?? "", row, read)));
  return new Rows(table, keys, rows);
}

/**
 * The rows of one lookup, in the order of its keys.
 * @template R
 */
export class Rows {
  #table;
  #keys;
  #rows;

  /**
   * @param {string} table
   * @param {readonly string[]} keys
   * @param {readonly (R | null)[]} rows
   */
  constructor(table, keys, rows) {
    this.#table = table;
    this.#keys = keys;
    this.#rows = rows;
  }

  /**
   * The row that the key at this position found; null where there is none. A position without a key is a mistake of the
   * plugin, and not of the data.
   * @param {number} position
   * @returns {R | null}
   */
  get(position) {
    const row = this.#rows[position];
    if (row !== undefined) return row;
    const { length } = this.#keys;
    throw new RangeError(
      `there is no position ${position} in a lookup of ${length} keys in the table \`${this.#table}\``,
    );
  }

  /**
   * Referential integrity: the row, or a defect with this code (`unknown-product`, say) that names key and table.
   * @param {number} position
   * @param {string} code
   * @returns {R}
   */
  known(position, code) {
    const row = this.get(position);
    if (row !== null) return row;
    throw new Defect(code, `\`${this.#keys[position] ?? ""}\` is not in the table \`${this.#table}\``);
  }
}

/**
 * A key of another type would end the instance where it crosses to the host, without a line of the plugin's.
 * @param {string} table
 * @param {readonly string[]} keys
 */
function mustBeTexts(table, keys) {
  if (typeof table !== "string") throw new TypeError(`the name of a table is a text, not ${typeof table}`);
  if (!Array.isArray(keys)) throw new TypeError(`the keys of a lookup in the table \`${table}\` are an array of texts`);
  const at = keys.findIndex((key) => typeof key !== "string");
  if (at < 0) return;
  const kind = keys[at] === null ? "null" : typeof keys[at];
  throw new TypeError(
    `the keys of a table are texts: the key ${at} for the table \`${table}\` is ${kind}; use String(…)`,
  );
}

/**
 * @param {string} table
 * @param {readonly string[]} keys
 */
function fromHost(table, keys) {
  try {
    return get(table, keys);
  } catch (error) {
    throw refusal(table, /** @type {{ payload?: ContractError }} */ (error).payload ?? {});
  }
}

/**
 * The engine throws an error of the contract as the `payload` of an `Error`.
 * @typedef {{ tag?: string, val?: string }} ContractError
 */

/**
 * What an error of the contract means for the message.
 * @param {string} table
 * @param {ContractError} error
 */
function refusal(table, error) {
  switch (error.tag) {
    case "unknown-table":
      return Refusal.reject("unknown-table", `the flow has no table \`${table}\`, or doesn't grant it to this step`);
    case "unavailable":
      return Refusal.retry("table-unavailable", `the table \`${table}\` can't be read just now`);
    default:
      return Refusal.reject("lookup-failed", `the table \`${table}\`: ${error.val ?? "no reason given"}`);
  }
}

/**
 * @template R
 * @param {string} table
 * @param {string} key
 * @param {string} text
 * @param {((row: any) => R) | undefined} read
 * @returns {R}
 */
function readRow(table, key, text, read) {
  try {
    const row = /** @type {any} */ (readJson(text));
    return read === undefined ? row : read(row);
  } catch (error) {
    if (!(error instanceof Defect || error instanceof Refusal)) throw error;
    throw Refusal.reject("unfit-table-row", `the row \`${key}\` of the table \`${table}\`: ${error.message}`);
  }
}
