/**
 * E-mail addresses in one spelling, so that they can serve as a key.
 */
/**
 * The bare address in lower case: `Erika Mustermann <Erika@Example.COM>` → `erika@example.com`; anything else is
 * `not-an-email`. Whether somebody reads there can't be told.
 *
 * An address is what RFC 5321 allows, a quoted local part included, with letters of any script on both sides (RFC 6531).
 * The domain has two labels or more and isn't an IP address. The part before the `@` is lowered too: no mail system in
 * use tells `Erika@` from `erika@`, and people type both.
 * @param {string} text
 * @returns {string}
 */
export declare function email(text: string): string;
