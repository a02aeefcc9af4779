/// Turns a contact into a debtor.
#include <gantry.hpp>

using namespace gantry;

/// What a flow may set; plugin.toml holds the schema.
struct Settings {
    /// Of a contact that names none.
    std::optional<std::string_view> default_country;

    static Settings read(Json json, Checker &check) {
        auto country = json["default_country"].text_or_none().and_then(optionally(quality::country));
        return {check.field("default_country", country)};
    }
};

/// The contact's own country, else the default one.
static Checked<std::string_view> country_of(Json contact, const Settings &settings) {
    auto given = contact["country"].text_or_none();
    if (given && !*given && settings.default_country) return *settings.default_country;
    return contact["country"].text().and_then(quality::country);
}

/// The mapping: every broken rule is reported, not only the first.
static Outcome map(const Message &message, const Settings &settings) {
    auto contact = message.object();
    if (!contact) return contact.error();

    Checker check;
    auto name = check.field("name", (*contact)["name"].text());
    auto country = check.field("country", country_of(*contact, settings));
    auto email = check.field("email", (*contact)["email"].text().and_then(quality::email));
    if (!check.is_clean()) return check.refuse();

    Writer out;
    {
        auto debtor = out.object();
        debtor.put("name", name);
        debtor.put("country", country);
        debtor.put("email", email);
    }
    // The host makes the idempotency key. A key of the e-mail address alone would be that of the next change too, which
    // the target would drop: idempotency_key({"debtor", email, changed_at}), if the data says when it changed.
    return Output::json(out.document());
}

GANTRY_PLUGIN(map);
