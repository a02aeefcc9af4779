/**
 * E-mail addresses in one spelling, so that they can serve as a key.
 */

import { Defect } from "../outcome.js";

const LONGEST = 254;
const LONGEST_LOCAL = 64;
/** Words joined by single points. Quoted local parts, `"a b"@x.de`, are legal and in no use: they are refused. */
const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
/** At least two labels of letters, digits and inner hyphens. */
const DOMAIN =
  /^(?:[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u;
const BRACKETED = /<([^<>]*)>$/;

/**
 * The bare address in lower case: `Erika Mustermann <Erika@Example.COM>` → `erika@example.com`; anything else is
 * `not-an-email`. It says that the spelling is right, not that somebody reads there.
 *
 * The part before the `@` is lowered too: no mail system in use tells `Erika@` from `erika@`, and people type both.
 * @param {string} text
 * @returns {string}
 */
export function email(text) {
  const trimmed = text.trim().replace(/^mailto:/, "");
  const bare = BRACKETED.exec(trimmed)?.[1] ?? trimmed;
  const at = bare.lastIndexOf("@");
  const [local, domain] = [bare.slice(0, Math.max(at, 0)), bare.slice(at + 1)];
  const fits = bare.length <= LONGEST && local.length <= LONGEST_LOCAL;
  if (fits && LOCAL.test(local) && DOMAIN.test(domain)) return bare.toLowerCase();
  throw new Defect("not-an-email", `\`${text}\` is no e-mail address`);
}
