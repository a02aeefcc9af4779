"""A contact becomes a debtor: the mapping, its settings and the shapes of its input and output."""

from dataclasses import dataclass

from gantry_sdk import MISSING, Checker, Context, Field, Output, plugin
from gantry_sdk.quality import country, email


@dataclass
class Settings:
    """What the flow may set; plugin.toml holds the schema."""

    default_country: str | None = None


@dataclass
class Contact:
    """A contact as the CRM sends it."""

    name: Field[str] = MISSING
    country: Field[str] = MISSING
    email: Field[str] = MISSING


@dataclass
class Debtor:
    """A debtor as the ERP wants it."""

    name: str
    country: str
    email: str


@plugin
def to_debtor(contact: Contact, ctx: Context[Settings]) -> Output:
    """Collects every broken rule, then answers."""
    check = Checker()
    debtor = Debtor(
        name=check.field("name", contact.name.text),
        country=check.field("country", lambda: country_of(contact, ctx.settings)),
        email=check.field("email", lambda: email.normalise(contact.email.text())),
    )
    check.finish()
    # The host makes the idempotency key. A key of the e-mail address alone would be that of the next change too, which the
    # target would drop: `idempotency_key("debtor", debtor.email, changed_at)`, if the data says when it changed.
    return Output.json(debtor)


def country_of(contact: Contact, settings: Settings) -> str:
    """The contact's country, or the flow's where it has none."""
    if settings.default_country and contact.country.text_or_none() is None:
        return country.alpha2(settings.default_country)
    return country.alpha2(contact.country.text())
