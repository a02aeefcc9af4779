/**
 * A contact becomes a debtor.
 */

import { alpha2, Checker, type Context, email, type Message, Output, plugin, text, textOrNull } from "@gantry/sdk";

interface Settings {
  /** ISO 3166 alpha-2. */
  readonly defaultCountry: string | null;
}

/** A debtor as the ERP wants it. */
interface Debtor {
  readonly name: string;
  readonly country: string;
  readonly email: string;
}

/** The mapping: every broken rule is reported, not only the first. */
export function map(message: Message, { settings }: Context<Settings>): Output {
  const check = new Checker(message.json());
  const debtor: Debtor = {
    name: check.text("name"),
    country: check.field("country", (value) => country(value, settings), ""),
    email: check.text("email", email),
  };
  check.finish();
  // The host makes the idempotency key. A key of the e-mail address alone would be that of the next change too, which the
  // target would drop: `idempotencyKey("debtor", debtor.email, changedAt)`, if the data says when it changed.
  return Output.json(debtor);
}

/** The contact's country, or the flow's where it names none. */
function country(value: unknown, { defaultCountry }: Settings): string {
  return textOrNull(value) === null && defaultCountry !== null ? defaultCountry : alpha2(text(value));
}

/** What the flow sets; `plugin.toml` holds the schema. */
function readSettings({ default_country: country }: { default_country?: string }): Settings {
  return { defaultCountry: country === undefined ? null : alpha2(country) };
}

export const transform = plugin(map, readSettings);
