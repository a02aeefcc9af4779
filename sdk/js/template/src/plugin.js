/**
 * A contact becomes a debtor.
 */

import { alpha2, Checker, email, Output, plugin, text, textOrNull } from "@gantry/sdk";

/**
 * The mapping: every broken rule is reported, not only the first.
 * @param {import("@gantry/sdk").Message} message
 * @param {import("@gantry/sdk").Context<{ defaultCountry: string | null }>} ctx
 */
export function map(message, { settings }) {
  const check = new Checker(message.json());
  const debtor = {
    name: check.text("name"),
    country: check.field("country", (value) => country(value, settings.defaultCountry), ""),
    email: check.text("email", email),
  };
  check.finish();
  // The host makes the idempotency key. A key of the e-mail address alone would be that of the next change too, which the
  // target would drop: `idempotencyKey("debtor", debtor.email, changedAt)`, if the data says when it changed.
  return Output.json(debtor);
}

/** The contact's country, or the flow's where it names none. */
function country(value, defaultCountry) {
  return textOrNull(value) === null && defaultCountry !== null ? defaultCountry : alpha2(text(value));
}

/** What the flow sets; `plugin.toml` holds the schema. */
function readSettings({ default_country: country }) {
  return { defaultCountry: country === undefined ? null : alpha2(country) };
}

export const transform = plugin(map, readSettings);
