/// The command `quality`: the data quality kit on the vectors that all SDKs share.
#include "commands.h"

static gantry_text member(gantry_json vector, const char *name) { return gantry_string(gantry_member(vector, name)); }

static gantry_defect date(gantry_json vector, gantry_text *value) {
    gantry_date_order order = GANTRY_UNDECLARED;
    gantry_date date = {0};
    gantry_date_order_of(member(vector, "order"), &order);
    gantry_defect defect = gantry_date_parse(member(vector, "text"), order, &date);
    *value = gantry_date_text(date);
    return defect;
}

static gantry_defect decimal(gantry_json vector, gantry_text *value) {
    gantry_text name = member(vector, "notation");
    gantry_notation notation = gantry_is(name, "point") ? GANTRY_POINT : GANTRY_COMMA;
    if (gantry_is(name, "plain")) notation = GANTRY_PLAIN;
    gantry_decimal decimal = {0};
    gantry_defect defect = gantry_decimal_parse(member(vector, "text"), notation, &decimal);
    *value = gantry_decimal_text(decimal);
    return defect;
}

static gantry_defect currency(gantry_json vector, gantry_text *value) {
    gantry_currency currency = {0};
    gantry_defect defect = gantry_currency_of(member(vector, "text"), &currency);
    *value = gantry_format("%s", currency.code);
    return defect;
}

/// Instants, epochs and local times.
static gantry_defect instant(gantry_text kind, gantry_json vector, gantry_text *value) {
    gantry_instant instant = {0};
    gantry_defect defect;
    gantry_text text = member(vector, "text");
    if (gantry_is(kind, "local-times")) {
        gantry_disambiguation how = GANTRY_TIME_REJECT;
        gantry_disambiguation_of(member(vector, "disambiguation"), &how);
        defect = gantry_instant_local(text, member(vector, "zone"), how, &instant);
    } else if (gantry_is(kind, "epochs")) {
        bool is_millis = gantry_is(member(vector, "unit"), "millis");
        defect = gantry_instant_epoch(text, is_millis ? GANTRY_EPOCH_MILLIS : GANTRY_EPOCH_SECONDS, &instant);
    } else {
        defect = gantry_instant_parse(text, &instant);
    }
    bool is_zoned = gantry_is(kind, "zoned-times") && gantry_is_fine(defect);
    if (is_zoned) return gantry_instant_in_zone(instant, member(vector, "zone"), value);
    *value = gantry_instant_text(instant);
    return defect;
}

static gantry_defect clean(gantry_text kind, gantry_json vector, gantry_text *value) {
    gantry_text text = member(vector, "text");
    if (gantry_is(kind, "phones")) return gantry_phone(text, member(vector, "country"), value);
    if (gantry_is(kind, "emails")) return gantry_email(text, value);
    if (gantry_is(kind, "dates")) return date(vector, value);
    if (gantry_is(kind, "decimals")) return decimal(vector, value);
    if (gantry_is(kind, "countries")) return gantry_country(text, value);
    if (gantry_is(kind, "currencies")) return currency(vector, value);
    return instant(kind, vector, value);
}

/// The value of each vector, or the code of its defect.
gantry_outcome quality(const struct command *command) {
    gantry_text kind = member(command->input, "kind");
    gantry_writer out = gantry_writer_new();
    gantry_put_object(&out, NULL);
    gantry_put_array(&out, "answers");
    for (gantry_each each = gantry_each_of(gantry_member(command->input, "vectors")); gantry_next(&each);) {
        gantry_text value = {"", 0};
        gantry_defect defect = clean(kind, each.value, &value);
        gantry_put_text(&out, NULL, gantry_is_fine(defect) ? value : gantry_lit(defect.code));
    }
    gantry_end_array(&out);
    gantry_end_object(&out);
    return answer(&out);
}
