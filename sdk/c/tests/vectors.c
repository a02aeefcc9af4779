/// The vectors of the data quality kit, `sdk/quality/vectors`: every SDK answers each of them alike.
#include "test.h"

/// Answers one vector: its value, or the defect that its text has.
typedef gantry_defect answer_of(gantry_json vector, gantry_text *value);

static gantry_text member(gantry_json vector, const char *name) { return gantry_string(gantry_member(vector, name)); }

static gantry_defect phone(gantry_json vector, gantry_text *value) {
    return gantry_phone(member(vector, "text"), member(vector, "country"), value);
}

static gantry_defect email(gantry_json vector, gantry_text *value) {
    return gantry_email(member(vector, "text"), value);
}

static gantry_defect date(gantry_json vector, gantry_text *value) {
    gantry_date_order order;
    gantry_date date = {0};
    EXPECT(gantry_date_order_of(member(vector, "order"), &order), "an order");
    gantry_defect defect = gantry_date_parse(member(vector, "text"), order, &date);
    *value = gantry_date_text(date);
    return defect;
}

static gantry_defect decimal(gantry_json vector, gantry_text *value) {
    gantry_text name = member(vector, "notation");
    gantry_notation notation = gantry_is(name, "plain")   ? GANTRY_PLAIN
                               : gantry_is(name, "point") ? GANTRY_POINT
                                                          : GANTRY_COMMA;
    gantry_decimal decimal = {0};
    gantry_defect defect = gantry_decimal_parse(member(vector, "text"), notation, &decimal);
    *value = gantry_decimal_text(decimal);
    return defect;
}

static gantry_defect country(gantry_json vector, gantry_text *value) {
    return gantry_country(member(vector, "text"), value);
}

static gantry_defect currency(gantry_json vector, gantry_text *value) {
    gantry_currency currency = {0};
    uint32_t decimals = 0;
    gantry_defect defect = gantry_currency_of(member(vector, "text"), &currency);
    if (gantry_is_fine(defect)) {
        EXPECT_CODE(gantry_as_u32(gantry_member(vector, "decimals"), &decimals), NULL, currency.code);
        EXPECT(currency.decimals == decimals, currency.code);
    }
    *value = gantry_lit(gantry_c_string(gantry_lit(currency.code)));
    return defect;
}

static gantry_defect instant(gantry_json vector, gantry_text *value) {
    gantry_instant instant = {0};
    gantry_defect defect = gantry_instant_parse(member(vector, "text"), &instant);
    *value = gantry_instant_text(instant);
    return defect;
}

static gantry_defect epoch(gantry_json vector, gantry_text *value) {
    gantry_instant instant = {0};
    gantry_epoch unit = gantry_is(member(vector, "unit"), "millis") ? GANTRY_EPOCH_MILLIS : GANTRY_EPOCH_SECONDS;
    gantry_defect defect = gantry_instant_epoch(member(vector, "text"), unit, &instant);
    *value = gantry_instant_text(instant);
    return defect;
}

static gantry_defect zoned_time(gantry_json vector, gantry_text *value) {
    gantry_instant instant = {0};
    EXPECT_CODE(gantry_instant_parse(member(vector, "text"), &instant), NULL, "an instant");
    return gantry_instant_in_zone(instant, member(vector, "zone"), value);
}

static gantry_defect local_time(gantry_json vector, gantry_text *value) {
    gantry_instant instant = {0};
    gantry_disambiguation how;
    EXPECT(gantry_disambiguation_of(member(vector, "disambiguation"), &how), "a disambiguation");
    gantry_defect defect = gantry_instant_local(member(vector, "text"), member(vector, "zone"), how, &instant);
    *value = gantry_instant_text(instant);
    return defect;
}

static gantry_text contents(const char *kind) {
    char path[64];
    snprintf(path, sizeof path, "../quality/vectors/%s.json", kind);
    FILE *file = fopen(path, "r");
    EXPECT(file, path);
    gantry_text text = {NULL, 0};
    if (!file) return text;
    fseek(file, 0, SEEK_END);
    text.length = (size_t)ftell(file);
    rewind(file);
    char *bytes = gantry_array(char, text.length);
    EXPECT(fread(bytes, 1, text.length, file) == text.length, path);
    fclose(file);
    text.ptr = bytes;
    return text;
}

static void agree(const char *kind, answer_of *answer) {
    gantry_json file;
    EXPECT_CODE(gantry_json_read(contents(kind), &file), NULL, kind);
    gantry_json vectors = gantry_member(file, "vectors");
    EXPECT(gantry_count(vectors) >= 100, kind);
    for (gantry_each each = gantry_each_of(vectors); gantry_next(&each);) {
        gantry_text value = {"", 0};
        const char *about = gantry_c_string(gantry_raw(each.value));
        gantry_defect defect = answer(each.value, &value);
        bool is_wanted = gantry_kind_of(gantry_member(each.value, "value")) == GANTRY_TEXT;
        EXPECT(gantry_is_fine(defect) == is_wanted, about);
        EXPECT(gantry_equal(is_wanted ? value : gantry_lit(defect.code), member(each.value, is_wanted ? "value" : "code")),
               about);
    }
}

void test_vectors(void) {
    agree("phones", phone);
    agree("emails", email);
    agree("dates", date);
    agree("decimals", decimal);
    agree("countries", country);
    agree("currencies", currency);
    agree("instants", instant);
    agree("epochs", epoch);
    agree("zoned-times", zoned_time);
    agree("local-times", local_time);
}
