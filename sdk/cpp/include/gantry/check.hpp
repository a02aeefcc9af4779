/// Collects broken rules, all of them, with the path each was found at, so that one dead letter tells everything.
///
/// ```cpp
/// Checker check;
/// auto name = check.field("name", contact["name"].text());
/// {
///     auto place = check.within("address");
///     country = check.field("country", address["country"].text().and_then(quality::country));
/// }
/// if (!check.is_clean()) return check.refuse();
/// ```
#pragma once

#include <gantry/check.h>
#include <gantry/json.hpp>
#include <gantry/outcome.hpp>

namespace gantry {

class Checker {
  public:
    /// Looks back at what is around it when it goes.
    class [[nodiscard]] Place {
      public:
        explicit Place(gantry_checker &checker) : checker{checker} {}
        Place(const Place &) = delete;
        Place &operator=(const Place &) = delete;
        ~Place() { gantry_leave(&checker); }

      private:
        gantry_checker &checker;
    };

    /// The value, or a default one and a violation at `name`.
    template <class T> T field(const char *name, const Checked<T> &result) {
        if (result) return *result;
        gantry_check(&checker, name, {result.error().code, raw(kept(result.error().text))});
        return T{};
    }

    /// The value, or a default one and a violation at the present place itself.
    template <class T> T here(const Checked<T> &result) { return field(nullptr, result); }

    /// A business rule: a violation at `name` unless it holds. `text` is a text, or a function that makes one.
    template <class Text> bool rule(const char *name, bool holds, const char *code, Text &&text) {
        if (holds) return true;
        if constexpr (std::is_invocable_v<Text>) {
            return gantry_check(&checker, name, {code, raw(kept(text()))});
        } else {
            return gantry_check(&checker, name, {code, raw(kept(text))});
        }
    }

    /// Looks into the member `name`, or at the element `index`, as long as the answer lives.
    Place within(const char *name) {
        gantry_enter(&checker, name);
        return Place{checker};
    }
    Place at(std::size_t index) {
        gantry_enter_element(&checker, index);
        return Place{checker};
    }

    /// What `look` makes of each element of the array `name`: `look(element, index)`.
    template <class Look> auto each(const char *name, Json array, Look &&look) {
        Vector<std::invoke_result_t<Look, Json, std::size_t>> all;
        all.reserve(array.size());
        auto inside = within(name);
        for (auto element : array.elements()) {
            auto place = at(all.size());
            all.push_back(look(element, all.size()));
        }
        return all;
    }

    /// How many broken rules are found: the same before and after a look means that part is clean.
    std::size_t count() const { return checker.count; }
    bool is_clean() const { return checker.count == 0; }

    /// What becomes of a message that breaks rules: invalid, with all that was found.
    Outcome refuse() const { return Outcome{gantry_refuse(&checker)}; }

    Checker() = default;
    Checker(const Checker &) = delete;
    Checker &operator=(const Checker &) = delete;
    explicit Checker(const gantry_checker &found) : checker{found} {}

    const gantry_checker &raw_checker() const { return checker; }

  private:
    gantry_checker checker{};
};

} // namespace gantry
