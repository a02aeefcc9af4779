/**
 * Reads JSON, every number exactly.
 *
 * `JSON.parse` puts numbers into floats. Here the source of each number is at hand while it is read, and one that a
 * float would change arrives as something else:
 *
 * | written | arrives as |
 * |---|---|
 * | `19.99`, `5`, `-3` | number |
 * | `18446744073709551615` | bigint |
 * | `4.50`, `1.5e3`, `0.30000000000000001`, `-0` | {@link NumberLiteral} |
 *
 * The readers of `field.js`, and so `Checker`, take all three. Looking at the text first, to parse it plainly where no
 * number needs its source, costs an interpreter as much as it saves.
 */
import { NumberLiteral } from "./literal.js";
export type Json = null | boolean | number | bigint | NumberLiteral | string | Json[] | {
    [name: string]: Json;
};
/**
 * The value of a whole JSON text; what is none is `invalid` at the whole message, `not-json`, and so is one with half of a
 * surrogate pair, which no target could be sent.
 * @param {string} text
 * @returns {Json}
 */
export declare function readJson(text: string): Json;
