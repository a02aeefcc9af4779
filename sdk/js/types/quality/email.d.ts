/**
 * E-mail addresses in one spelling, so that they can serve as a key.
 */
/**
 * The bare address in lower case: `Erika Mustermann <Erika@Example.COM>` → `erika@example.com`; anything else is
 * `not-an-email`. It says that the spelling is right, not that somebody reads there.
 *
 * The part before the `@` is lowered too: no mail system in use tells `Erika@` from `erika@`, and people type both.
 * @param {string} text
 * @returns {string}
 */
export declare function email(text: string): string;
