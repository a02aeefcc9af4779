/// A value, or why there is none: what functions that may fail answer, since there are no exceptions.
#pragma once

#include <gantry/defect.h>
#include <gantry/text.hpp>
#include <type_traits>
#include <utility>
#include <variant>

namespace gantry {

/// What is wrong with one value; it doesn't know yet where the value stands. The data quality kit answers with these.
struct Defect {
    const char *code;      ///< Stable and countable: lower case words joined by hyphens.
    std::string_view text; ///< For people; in the arena or a literal.
};

/// A value or an error.
template <class T, class E> class [[nodiscard]] Result {
  public:
    using value_type = T;

    Result(T value) : held(std::in_place_index<0>, std::move(value)) {}
    Result(E error) : held(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return held.index() == 0; }

    /// The value, which must be there.
    const T &operator*() const { return *std::get_if<0>(&held); }
    const T *operator->() const { return std::get_if<0>(&held); }

    /// The error, which must be there.
    const E &error() const { return *std::get_if<1>(&held); }

    T value_or(T otherwise) const { return *this ? **this : std::move(otherwise); }

    /// What `next`, which may fail too, makes of the value: `json["country"].text().and_then(quality::country)`.
    template <class F> auto and_then(F &&next) const -> std::invoke_result_t<F, const T &> {
        if (!*this) return error();
        return std::forward<F>(next)(**this);
    }

    /// What `change`, which can't fail, makes of the value.
    template <class F> auto transform(F &&change) const -> Result<std::invoke_result_t<F, const T &>, E> {
        if (!*this) return error();
        return std::forward<F>(change)(**this);
    }

  private:
    std::variant<T, E> held;
};

/// A value that was checked.
template <class T> using Checked = Result<T, Defect>;

/// Reads what may be missing: none stays none. `text_or_none().and_then(optionally(Date::in(order)))`
template <class Read> auto optionally(Read read) {
    return [read](const std::optional<std::string_view> &text) {
        using Value = typename decltype(read(*text))::value_type;
        using Optional = Checked<std::optional<Value>>;
        return text ? read(*text).transform([](const Value &value) { return std::optional{value}; })
                    : Optional{std::optional<Value>{}};
    };
}

/// For rules that have no value of their own.
using Nothing = std::monostate;

/// The value if nothing is wrong with it: from the C SDK's way of saying so.
template <class T> Checked<T> checked(gantry_defect defect, T value) {
    if (defect.code) return Defect{defect.code, view(defect.text)};
    return value;
}

} // namespace gantry
