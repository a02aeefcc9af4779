/// Walking the numbering plans.
#include "numbering.h"

#include "phone_plans.inc"
#include "phone_shapes.inc"

enum { BASE = 50, FIRST = '*', EDGE = 5, MAY_END = 1024 };

/// What follows the first word, which is taken off the text.
static gantry_text take_word(gantry_text *text, char end) {
    size_t length = 0;
    while (length < text->length && text->ptr[length] != end) length++;
    gantry_text word = gantry_first(*text, length);
    *text = gantry_behind(*text, length < text->length ? length + 1 : length);
    return word;
}

static uint32_t number_of(gantry_text digits) {
    uint32_t number = 0;
    for (size_t at = 0; at < digits.length; at++) number = number * 10 + (uint32_t)(digits.ptr[at] - '0');
    return number;
}

/// The rest of the line whose first word this is; empty where there is none.
static gantry_text find(gantry_text key) {
    size_t low = 0, high = sizeof plans - 1;
    while (low < high) {
        size_t start = low + (high - low) / 2, end = start;
        while (start > low && plans[start - 1] != '\n') start--;
        while (plans[end] != '\n') end++;
        gantry_text line = {plans + start, end - start};
        int order = gantry_compare(take_word(&line, ' '), key);
        if (order == 0) return line;
        if (order < 0) {
            low = end + 1;
        } else {
            high = start;
        }
    }
    gantry_text none = {"", 0};
    return none;
}

static uint32_t at_edge(uint32_t edge, size_t from, size_t to) {
    uint32_t number = 0;
    for (size_t at = from; at < to; at++) number = number * BASE + (uint32_t)(shapes[edge * EDGE + at] - FIRST);
    return number;
}

/// Whether the digits, all of them, are of this shape.
static bool is_of_shape(gantry_shape shape, gantry_text digits) {
    uint32_t state = shape / 2;
    bool may_end = shape % 2;
    for (size_t at = 0; at < digits.length; at++) {
        uint32_t wanted = 1u << (digits.ptr[at] - '0');
        while (!(at_edge(state, 0, 2) & wanted)) {
            if (at_edge(state, 2, EDGE) % 2) return false;
            state++;
        }
        may_end = at_edge(state, 0, 2) >= MAY_END;
        state = at_edge(state, 2, EDGE) / 2;
    }
    return may_end;
}

/// How many of the first digits are of this shape; false where none are.
static bool longest(gantry_shape shape, gantry_text digits, size_t *length) {
    for (*length = digits.length; !is_of_shape(shape, gantry_first(digits, *length)); --*length) {
        if (*length == 0) return false;
    }
    return true;
}

static gantry_plan plan_from(gantry_text line) {
    gantry_plan plan = {0};
    plan.code = take_word(&line, ' ');
    plan.abroad = number_of(take_word(&line, ' '));
    plan.national = number_of(take_word(&line, ' '));
    plan.lengths = number_of(take_word(&line, ' '));
    plan.local_lengths = number_of(take_word(&line, ' '));
    plan.prefixes = line;
    return plan;
}

gantry_plan gantry_plan_of(gantry_text country) {
    char upper[2] = {0};
    gantry_text key = {upper, country.length == 2 ? 2 : 0};
    for (size_t at = 0; at < key.length; at++) {
        upper[at] = (char)(country.ptr[at] & ~0x20);
        if (upper[at] < 'A' || upper[at] > 'Z') key.length = 0;
    }
    return plan_from(find(key));
}

gantry_plan gantry_main_plan(gantry_text code) {
    gantry_text line = find(code);
    return plan_from(find(take_word(&line, ' ')));
}

size_t gantry_code_length(gantry_text digits) {
    for (size_t length = 1; length <= 3 && length <= digits.length; length++) {
        if (find(gantry_first(digits, length)).length > 0) return length;
    }
    return 0;
}

size_t gantry_access_length(const gantry_plan *plan, gantry_text digits) {
    size_t length;
    if (!longest(plan->abroad, digits, &length)) return 0;
    return length < digits.length && digits.ptr[length] == '0' ? 0 : length;
}

bool gantry_plan_fits(const gantry_plan *plan, gantry_text number) { return is_of_shape(plan->national, number); }

static bool has_bit(uint32_t bits, size_t place) { return place < 32 && (bits >> place & 1); }

bool gantry_is_too_long(const gantry_plan *plan, size_t length) {
    return (length >= 32 || plan->lengths >> length == 0) && !has_bit(plan->local_lengths, length);
}

bool gantry_has_length(const gantry_plan *plan, size_t length) {
    bool is_possible = has_bit(plan->lengths, length) && !has_bit(plan->local_lengths, length);
    return is_possible || gantry_is_too_long(plan, length);
}

static gantry_text middle(gantry_text text, size_t from, size_t to) {
    return gantry_behind(gantry_first(text, to), from);
}

/// The number by a rule for prefixes; false where the rule isn't for it.
static bool applied(gantry_text rule, gantry_text number, gantry_text *stripped) {
    size_t length;
    gantry_shape lead = number_of(take_word(&rule, ':'));
    if (rule.length == 0) {
        if (!longest(lead, number, &length)) return false;
        *stripped = gantry_behind(number, length);
        return true;
    }
    gantry_shape kept = number_of(take_word(&rule, ':')), tail = number_of(take_word(&rule, ':'));
    bool ends = number_of(take_word(&rule, ':'));
    for (size_t start = number.length + 1; start-- > 0;) {
        if (!is_of_shape(lead, gantry_first(number, start))) continue;
        for (size_t end = number.length + 1; end-- > start;) {
            gantry_text rest = gantry_behind(number, end);
            if (!is_of_shape(kept, middle(number, start, end)) || !longest(tail, rest, &length)) continue;
            if (ends && length < rest.length) continue;
            gantry_text digits = middle(number, start, end);
            rest = gantry_behind(rest, length);
            *stripped = gantry_format("%.*s%.*s%.*s", GANTRY_ARG(rule), GANTRY_ARG(digits), GANTRY_ARG(rest));
            return true;
        }
    }
    return false;
}

gantry_text gantry_without_prefix(const gantry_plan *plan, gantry_text number) {
    gantry_text rules = plan->prefixes, stripped;
    while (rules.length > 0) {
        if (!applied(take_word(&rules, ' '), number, &stripped)) continue;
        return gantry_plan_fits(plan, number) && !gantry_plan_fits(plan, stripped) ? number : stripped;
    }
    return number;
}

bool gantry_is_valid_number(gantry_text code, gantry_text number) {
    gantry_text line = find(code);
    take_word(&line, ' ');
    return is_of_shape(number_of(line), number);
}
