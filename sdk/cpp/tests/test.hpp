/// A test program without a framework: expectations that name their place, and a count at the end.
#pragma once

#include <cstdio>
#include <gantry.hpp>
#include <gantry/testing.h>
#include <source_location>

inline int failures = 0, expectations = 0;

inline void expect(bool holds, std::string_view about, std::source_location at = std::source_location::current()) {
    expectations++;
    if (holds) return;
    failures++;
    std::fprintf(stderr, "%s:%u: %.*s\n", at.file_name(), at.line(), static_cast<int>(about.size()), about.data());
}

inline void expect_text(std::string_view is, std::string_view wanted,
                        std::source_location at = std::source_location::current()) {
    expect(is == wanted, gantry::join("`", is, "` is not `", wanted, "`"), at);
}

/// The code of a defect; empty where nothing is wrong.
template <class T> std::string_view code(const gantry::Checked<T> &checked) {
    return checked ? std::string_view{} : std::string_view{checked.error().code};
}

/// A JSON text that is JSON.
inline gantry::Json json(std::string_view text, std::source_location at = std::source_location::current()) {
    auto value = gantry::Json::read(text);
    expect(static_cast<bool>(value), text, at);
    return value.value_or({});
}

void test_json();
void test_quality();
void test_vectors();
void test_plugin();
