/// Texts and the arena.
#include "test.h"

static void blanks_of_unicode_are_trimmed(void) {
    EXPECT_TEXT(gantry_trim(gantry_lit(" \t\xC2\xA0 a b\xE3\x80\x80\n")), "a b");
    EXPECT_TEXT(gantry_trim(gantry_lit("\xE2\x80\x83\xE2\x80\x83")), "");
    EXPECT_TEXT(gantry_trim(gantry_lit("é")), "é");
}

static void directives_are_those_of_printf(void) {
    EXPECT_TEXT(gantry_format("%s %.*s %c %d %u %x %%", "a", 2, "bcd", 'e', -5, 7u, 255u), "a bc e -5 7 ff %");
    EXPECT_TEXT(gantry_format("%zu %llu %lld %ld", (size_t)1, ~0ull, -9223372036854775807ll - 1, -3l),
                "1 18446744073709551615 -9223372036854775808 -3");
    EXPECT_TEXT(gantry_format("plain"), "plain");
    EXPECT_TEXT(gantry_format("%s", ""), "");
}

static void only_utf_8_is_utf_8(void) {
    const char *const wrong[] = {"\xFF",  "\xC0\x80",     "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                 "a\xC3", "\xE0\x80\x80", "\x80"};
    EXPECT(gantry_is_utf8(gantry_lit("aé日😀")), "all lengths");
    for (size_t at = 0; at < COUNT(wrong); at++)
        EXPECT(!gantry_is_utf8(gantry_lit(wrong[at])), gantry_format("%zu", at).ptr);
}

static void the_arena_gives_everything_back(void) {
    gantry_arena_reset();
    char *first = gantry_array(char, 10);
    char *large = gantry_array(char, 200000);
    memset(large, 'x', 200000);
    gantry_arena_reset();
    EXPECT(gantry_array(char, 10) == first, "the same place again");
    EXPECT(gantry_array(char, 200000) == large, "and no new memory");
}

static void the_last_block_grows_in_place(void) {
    char *block = gantry_array(char, 10);
    block[9] = 'x';
    char *grown = gantry_grow(block, 10, 1000, 1);
    EXPECT(grown == block, "in place");
    gantry_array(char, 1);
    char *moved = gantry_grow(grown, 1000, 2000, 1);
    EXPECT(moved != grown && moved[9] == 'x', "moved with its content");
}

void test_text(void) {
    blanks_of_unicode_are_trimmed();
    directives_are_those_of_printf();
    only_utf_8_is_utf_8();
    the_arena_gives_everything_back();
    the_last_block_grows_in_place();
}
