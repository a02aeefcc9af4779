/// A test program in plain C: expectations that name their place, and a count at the end.
#pragma once

#include <gantry.h>
#include <gantry/testing.h>
#include <stdio.h>

extern int failures, expectations;

/// The condition holds; what it is about is printed where it doesn't.
#define EXPECT(condition, about)                                                                                       \
    do {                                                                                                               \
        expectations++;                                                                                                \
        if (!(condition)) {                                                                                            \
            failures++;                                                                                                \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition, (about));                               \
        }                                                                                                              \
    } while (0)

/// The text is this one.
#define EXPECT_TEXT(text, wanted)                                                                                      \
    do {                                                                                                               \
        gantry_text is = (text);                                                                                       \
        expectations++;                                                                                                \
        if (!gantry_is(is, (wanted))) {                                                                                \
            failures++;                                                                                                \
            fprintf(stderr, "%s:%d: %s is `%.*s`, not `%s`\n", __FILE__, __LINE__, #text, GANTRY_ARG(is), (wanted));   \
        }                                                                                                              \
    } while (0)

/// The defect has this code; NULL: there is none.
#define EXPECT_CODE(defect, wanted, about)                                                                             \
    do {                                                                                                               \
        gantry_defect is = (defect);                                                                                   \
        EXPECT(gantry_equal(gantry_lit(is.code), gantry_lit(wanted)), (about));                                        \
    } while (0)

#define COUNT(array) (sizeof(array) / sizeof *(array))

/// A JSON text that is JSON.
gantry_json json(const char *text);

void test_text(void);
void test_json(void);
void test_writer(void);
void test_decimal(void);
void test_date(void);
void test_names(void);
void test_contact(void);
void test_vectors(void);
void test_check(void);
void test_plugin(void);
void test_idempotency(void);
