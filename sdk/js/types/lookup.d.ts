/**
 * Reference tables that the operator loads, `@gantry/sdk/lookup`. Importing it makes the component import it:
 * `plugin.toml` must name the tables under `[wants] lookup`, and the operator has to grant each.
 */
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
export declare function lookup<R = any>(table: string, keys: readonly string[], read?: (row: any) => R): Rows<R>;
/**
 * The rows of one lookup, in the order of its keys.
 * @template R
 */
export declare class Rows<R> {
    #private;
    /**
     * @param {string} table
     * @param {readonly string[]} keys
     * @param {readonly (R | null)[]} rows
     */
    constructor(table: string, keys: readonly string[], rows: readonly (R | null)[]);
    /**
     * The row that the key at this position found; null where there is none. A position without a key is a mistake of the
     * plugin, and not of the data.
     * @param {number} position
     * @returns {R | null}
     */
    get(position: number): R | null;
    /**
     * Referential integrity: the row, or a defect with this code (`unknown-product`, say) that names key and table.
     * @param {number} position
     * @param {string} code
     * @returns {R}
     */
    known(position: number, code: string): R;
}
export type ContractError = {
    tag?: string;
    val?: string;
};
