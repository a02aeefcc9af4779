/// Turns a contact into a debtor.
#include <gantry.h>

/// What a flow may set; plugin.toml holds the schema.
struct settings {
    gantry_text default_country; ///< Of a contact that names none; may be none itself.
};

static const void *configure(gantry_json json, gantry_checker *check) {
    struct settings *settings = gantry_array(struct settings, 1);
    settings->default_country = gantry_text_or_none_at(check, json, "default_country");
    if (settings->default_country.ptr) gantry_country_at(check, json, "default_country");
    return settings;
}

/// The contact's own country, else the default one.
static gantry_text country_of(gantry_checker *check, gantry_json contact, const struct settings *settings) {
    gantry_text given, alpha2 = {"", 0};
    gantry_defect defect = gantry_as_text_or_none(gantry_member(contact, "country"), &given);
    if (!gantry_is_fine(defect) || given.ptr || !settings->default_country.ptr) {
        return gantry_country_at(check, contact, "country");
    }
    gantry_check(check, "country", gantry_country(settings->default_country, &alpha2));
    return alpha2;
}

/// The mapping: every broken rule is reported, not only the first.
static gantry_outcome map(const gantry_message *message, const void *settings) {
    gantry_json contact;
    gantry_outcome refusal;
    if (!gantry_read_object(message, &contact, &refusal)) return refusal;

    gantry_checker check = {0};
    gantry_text name = gantry_text_at(&check, contact, "name");
    gantry_text country = country_of(&check, contact, settings);
    gantry_text email = gantry_email_at(&check, contact, "email");
    if (!gantry_is_clean(&check)) return gantry_refuse(&check);

    gantry_writer out = gantry_writer_new();
    gantry_put_object(&out, NULL);
    gantry_put_text(&out, "name", name);
    gantry_put_text(&out, "country", country);
    gantry_put_text(&out, "email", email);
    gantry_end_object(&out);
    // The host makes the idempotency key. A key of the e-mail address alone would be that of the next change too, which
    // the target would drop: GANTRY_IDEMPOTENCY_KEY(gantry_lit("debtor"), email, changed_at), if the data says when.
    return gantry_emit(gantry_output_json(gantry_written(&out)));
}

GANTRY_PLUGIN(configure, map);
