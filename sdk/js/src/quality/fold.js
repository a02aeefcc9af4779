/**
 * Brings names to a form in which they can be compared.
 */

/** What letters beyond ASCII become, each group behind its replacement. */
const GROUPS =
  "a:àáâãäåāăą c:çćčċĉ d:ďđð e:èéêëēėęě g:ğģġĝ h:ħĥ i:ìíîïīįı k:ķ l:łľļĺ n:ñńňņ o:òóôõöøōő r:řŕ s:śšşș σ:ς ss:ß " +
  "t:ťţț u:ùúûüūůűų y:ýÿ z:źžż ae:æ oe:œ th:þ";

/** @type {ReadonlyMap<string, string>} */
const LETTERS = new Map(
  GROUPS.split(" ").flatMap((group) => {
    const [plain = "", letters = ""] = group.split(":");
    return [...letters].map((letter) => /** @type {const} */ ([letter, plain]));
  }),
);

const NO_LETTER_OR_DIGIT = /[^\p{Alphabetic}\p{N}]/gu;
const BEYOND_ASCII = /[^\x00-\x7f]/g;

/**
 * Lower case letters and digits without accents: `Côte d'Ivoire` and `COTE D IVOIRE` become `cotedivoire`. Letters of
 * other scripts stay, in lower case; `ß` is `ss`, and `ä`, `ö`, `ü` lose their dots.
 *
 * For comparing only: names are to be sent on as they came.
 * @param {string} text
 * @returns {string}
 */
export function fold(text) {
  const letters = text.toLowerCase().replace(NO_LETTER_OR_DIGIT, "");
  return letters.replace(BEYOND_ASCII, (letter) => LETTERS.get(letter) ?? letter);
}
