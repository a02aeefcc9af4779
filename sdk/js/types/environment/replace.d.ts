/**
 * Puts something else where the language has its own.
 */
export type Replacement = {
    owner: object;
    name: string;
    value: unknown;
};
/**
 * @typedef {object} Replacement
 * @property {object} owner
 * @property {string} name
 * @property {unknown} value
 */
/**
 * Replaces all of these.
 * @param {readonly Replacement[]} replacements
 * @returns {() => void} puts back what was there
 */
export declare function replace(replacements: readonly Replacement[]): () => void;
