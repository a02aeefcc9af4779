/**
 * Looks for halves of surrogate pairs, which are no characters. JSON can spell them, `"\ud83d"`, and JavaScript lets them
 * through; UTF-8 and the readers of other languages don't.
 */
/**
 * Where a JSON text has one: the JSON Pointer of its text or member; undefined where it has none.
 *
 * Only a text that spells some is looked into: `JSON.stringify` spells halves, and nothing else so.
 * @param {string} json
 * @returns {string | undefined}
 */
export declare function halfIn(json: string): string | undefined;
