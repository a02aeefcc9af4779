/// Texts are `std::string_view`: views of the message, of literals, or of the arena, which is given back once the host
/// has read the outcomes of the batch. What the SDK keeps of a text that is handed to it, it copies there.
#pragma once

// Where libc++ gives up (a vector that is too long …) it would print by way of stdio, which imports files: trap instead.
#if defined(__wasm__) && !defined(_LIBCPP_VERBOSE_ABORT)
#define _LIBCPP_VERBOSE_ABORT(...) __builtin_trap()
#endif

#include <charconv>
#include <concepts>
#include <cstring>
#include <gantry/arena.h>
#include <gantry/text.h>
#include <optional>
#include <string_view>
#include <vector>

namespace gantry {

inline std::string_view view(gantry_text text) {
    return text.length ? std::string_view{text.ptr, text.length} : std::string_view{};
}

inline std::optional<std::string_view> optional_view(gantry_text text) {
    return text.ptr ? std::optional{view(text)} : std::nullopt;
}

/// The C SDK's view of the same text, which is there though it be empty.
inline gantry_text raw(std::string_view text) { return {text.data() ? text.data() : "", text.size()}; }

/// A copy in the arena.
inline std::string_view kept(std::string_view text) {
    char *copy = gantry_array(char, text.size());
    if (!text.empty()) std::memcpy(copy, text.data(), text.size());
    return {copy, text.size()};
}

/// A copy in the arena, closed by a NUL.
inline const char *c_string(std::string_view text) { return gantry_c_string(raw(text)); }

/// For containers in the arena: nothing is freed one by one.
template <class T> struct ArenaAllocator {
    using value_type = T;

    ArenaAllocator() = default;
    template <class U> ArenaAllocator(const ArenaAllocator<U> &) {}

    T *allocate(std::size_t count) { return static_cast<T *>(gantry_alloc(count, sizeof(T), alignof(T))); }
    void deallocate(T *, std::size_t) {}

    template <class U> bool operator==(const ArenaAllocator<U> &) const { return true; }
};

/// A `std::vector` in the arena. Its elements should own nothing else, since nobody runs their destructors for it once
/// it is handed to the SDK.
template <class T> using Vector = std::vector<T, ArenaAllocator<T>>;

/// A text under way in the arena.
class Joined {
  public:
    void push(std::string_view text) {
        ptr = static_cast<char *>(gantry_grow(ptr, length, length + text.size(), 1));
        if (!text.empty()) std::memcpy(ptr + length, text.data(), text.size());
        length += text.size();
    }
    std::string_view text() const { return {ptr, length}; }

  private:
    char *ptr = nullptr;
    std::size_t length = 0;
};

/// How `join` writes a value; overloaded for decimals and dates.
inline void append(Joined &to, std::string_view text) { to.push(text); }

template <std::integral Number>
    requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
void append(Joined &to, Number number) {
    char digits[24];
    auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    to.push({digits, end});
}

/// Texts, numbers, decimals and dates one behind the other, in the arena: `join("order-", number)`.
template <class... Parts> std::string_view join(const Parts &...parts) {
    Joined joined;
    (append(joined, parts), ...);
    return joined.text();
}

} // namespace gantry
