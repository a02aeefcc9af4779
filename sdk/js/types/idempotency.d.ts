/**
 * Keys by which a target recognises a repetition, from any texts.
 *
 * The rule is the same in the SDK of every language, so that a plugin ported to another one keeps its keys;
 * `tests/conformance/idempotency-keys.json` holds them all to it.
 */
/**
 * An idempotency key of these parts: say what kind of thing it is, which one, and which change of it.
 *
 * ```js
 * idempotencyKey("customer", "C-17", "2026-11-30T09:15:00Z"); // customer/C-17/2026-11-30T09:15:00Z
 * idempotencyKey("customer", "Αθήνα"); // customer/%CE%91%CE%B8%CE%AE%CE%BD%CE%B1
 * ```
 *
 * The same parts make the same key, other parts another one. Without what changes (a version, the time of the change)
 * the second change of a customer would carry the key of the first, and a target that honours keys would drop it: if
 * the data has no such part, leave the key to the host.
 *
 * Letters, digits and `. _ - + @ :` stay; other bytes of UTF-8 become `%` and two digits; an empty part becomes `~`;
 * `/` joins the parts. Of more than 255 bytes the first 64 stay, followed by `~` and the SHA-256 of them all.
 * @param {...(string | number | bigint)} parts texts and whole numbers
 * @returns {string}
 */
export declare function idempotencyKey(...parts: (string | number | bigint)[]): string;
