/// Dates of many spellings to ISO 8601. See `gantry/date.h` for the spellings.
#pragma once

#include <compare>
#include <gantry/date.h>
#include <gantry/result.hpp>

namespace gantry {

/// What comes first in `03/09/2026`.
enum class DateOrder {
    undeclared = GANTRY_UNDECLARED,   ///< Nobody said: such a date is an `ambiguous-date`.
    day_first = GANTRY_DAY_FIRST,     ///< 3 September, as in Europe.
    month_first = GANTRY_MONTH_FIRST, ///< 9 March, as in the United States.
};

class Date {
  public:
    Date() = default;
    explicit Date(gantry_date value) : value{value} {}

    /// The date a text stands for; `not-a-date`, `ambiguous-date`.
    static Checked<Date> parse(std::string_view text, DateOrder order = DateOrder::undeclared) {
        gantry_date read{};
        auto defect = gantry_date_parse(gantry::raw(text), static_cast<gantry_date_order>(order), &read);
        return checked(defect, Date{read});
    }

    /// Reads texts in this order: `text().and_then(Date::in(order))`.
    static auto in(DateOrder order) {
        return [order](std::string_view text) { return parse(text, order); };
    }

    friend std::strong_ordering operator<=>(Date a, Date b) { return gantry_date_compare(a.value, b.value) <=> 0; }
    friend bool operator==(Date a, Date b) { return gantry_date_compare(a.value, b.value) == 0; }

    /// As `2026-03-09`, in the arena.
    std::string_view text() const { return view(gantry_date_text(value)); }

    gantry_date raw() const { return value; }

  private:
    gantry_date value{};
};

inline void append(Joined &to, Date date) { append(to, date.text()); }

/// The order that a setting names: `undeclared`, `day_first`, `month_first`.
inline Checked<DateOrder> date_order(std::string_view name) {
    gantry_date_order order{};
    if (!gantry_date_order_of(raw(name), &order)) return Defect{"wrong-value", join("there is no order `", name, "`")};
    return static_cast<DateOrder>(order);
}

} // namespace gantry
