/**
 * The data quality kit: ordinary functions from a raw value to a clean one; each throws the {@link Defect} it finds.
 *
 * They answer for one value and know no path; a `Checker` adds the path and collects: `check.text("country", alpha2)`.
 *
 * | concern | where | codes |
 * |---|---|---|
 * | mandatory fields, type checks | the readers, `Checker` | `missing-field`, `empty-field`, `wrong-type` |
 * | business rules | `Checker.rule`, {@link ensure} | the author's |
 * | plausibility | {@link range}, {@link length} | `out-of-range`, `too-long` |
 * | dates | {@link parseDate} | `not-a-date`, `ambiguous-date` |
 * | date-times, time zones | {@link parseInstant}, {@link parseEpoch}, {@link parseLocal}, {@link inZone} | `not-a-datetime`, `missing-offset`, `unknown-zone`, `ambiguous-time`, `nonexistent-time`, `unknown-offset` |
 * | money and other decimals | {@link parseDecimal}, {@link plain}, {@link atMostDecimals} | `not-a-decimal`, `too-many-decimals` |
 * | currencies | {@link currency} | `unknown-currency` |
 * | countries | {@link alpha2} | `unknown-country` |
 * | phone numbers | {@link e164} | `not-a-phone-number` |
 * | e-mail addresses | {@link email} | `not-an-email` |
 * | article numbers | {@link stripPrefix} | `wrong-sku` |
 * | referential integrity | `Rows.known` | the author's |
 */
export { alpha2 } from "./country.js";
export { currency, currencyDecimals } from "./currency.js";
export { parseDate } from "./date.js";
export { atMostDecimals, parseDecimal, plain } from "./notation.js";
export { email } from "./email.js";
export { inZone, parseEpoch, parseInstant, parseLocal } from "./instant.js";
export { fold } from "./fold.js";
export { e164 } from "./phone.js";
export { ensure, length, range } from "./plausible.js";
export { stripPrefix } from "./sku.js";
