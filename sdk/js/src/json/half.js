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
export function halfIn(json) {
  return json.includes("\\ud") || json.includes("\\uD") ? find(JSON.parse(json), "") : undefined;
}

/**
 * @param {unknown} value
 * @param {string} pointer
 * @returns {string | undefined}
 */
function find(value, pointer) {
  if (typeof value === "string") return value.isWellFormed() ? undefined : pointer;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, item] of Object.entries(value)) {
    const place = `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const found = name.isWellFormed() ? find(item, place) : place.toWellFormed();
    if (found !== undefined) return found;
  }
  return undefined;
}
