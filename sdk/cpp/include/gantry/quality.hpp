/// The data quality kit: functions from a raw value to a clean one, or to the defect it has. They chain:
/// `order["country"].text().and_then(quality::country)`.
///
/// | concern | where | codes |
/// |---|---|---|
/// | mandatory fields, types | `Json` | `missing-field`, `empty-field`, `wrong-type` |
/// | business rules | `Checker::rule`, `ensure` | the author's |
/// | plausibility | `range`, `length` | `out-of-range`, `too-long` |
/// | dates | `Date` | `not-a-date`, `ambiguous-date` |
/// | date-times, time zones | `Instant` | `not-a-datetime`, `missing-offset`, `unknown-zone`, `ambiguous-time`,
/// `nonexistent-time`, `unknown-offset` |
/// | money and other decimals | `Decimal`, `within`, `at_most_decimals` | `not-a-decimal`, `out-of-range`,
/// `too-many-decimals` | | currencies, countries | `currency`, `country` | `unknown-currency`, `unknown-country` | |
/// phone numbers, e-mail addresses | `phone`, `email` | `not-a-phone-number`, `not-an-email` | | article numbers |
/// `sku` | `wrong-sku` | | referential integrity | `Rows::known` | the author's |
#pragma once

#include <gantry/contact.h>
#include <gantry/country.h>
#include <gantry/currency.h>
#include <gantry/date.hpp>
#include <gantry/decimal.hpp>
#include <gantry/fold.h>
#include <gantry/instant.hpp>
#include <gantry/plausible.h>
#include <gantry/result.hpp>

namespace gantry::quality {

/// An ISO 4217 currency.
class Currency {
  public:
    Currency() = default;
    explicit Currency(gantry_currency value) : value{value} {}

    std::string_view code() const { return kept(value.code); }

    /// How many its amounts have: 2 for the euro, 0 for the yen.
    unsigned decimals() const { return value.decimals; }

  private:
    gantry_currency value{};
};

/// The currency of an ISO 4217 code, in whatever case.
inline Checked<Currency> currency(std::string_view code) {
    gantry_currency found{};
    auto defect = gantry_currency_of(raw(code), &found);
    return checked(defect, Currency{found});
}

/// The alpha-2 code of a country given as a code or a name: English, native, or a neighbour's.
inline Checked<std::string_view> country(std::string_view text) {
    gantry_text alpha2{};
    auto defect = gantry_country(raw(text), &alpha2);
    return checked(defect, view(alpha2));
}

/// The bare address in lower case.
inline Checked<std::string_view> email(std::string_view text) {
    gantry_text address{};
    auto defect = gantry_email(raw(text), &address);
    return checked(defect, view(address));
}

/// The number as `+` and digits; one in national spelling is read by the plan of `country`, an alpha-2 code.
inline Checked<std::string_view> phone(std::string_view text, std::string_view country) {
    gantry_text number{};
    auto defect = gantry_phone(raw(text), raw(country), &number);
    return checked(defect, view(number));
}

/// The article number behind the shop's prefix: `PROD-12345` → `12345`.
inline Checked<std::string_view> sku(std::string_view text, std::string_view prefix) {
    gantry_text number{};
    auto defect = gantry_sku(raw(text), raw(prefix), &number);
    return checked(defect, view(number));
}

/// Lower case letters and digits without accents, for comparing names.
inline std::string_view fold(std::string_view text) { return view(gantry_fold(raw(text))); }

/// A rule of the business.
inline Checked<Nothing> ensure(bool holds, const char *code, std::string_view text) {
    if (!holds) return Defect{code, text};
    return Nothing{};
}

/// Plausibility: the value if it is from `low` to `high`.
template <std::integral Number> Checked<Number> range(Number value, std::int64_t low, std::int64_t high) {
    return checked(gantry_range(static_cast<std::int64_t>(value), low, high), value);
}

/// The text if it has at most `limit` characters, not bytes.
inline Checked<std::string_view> length(std::string_view text, std::size_t limit) {
    return checked(gantry_length(raw(text), limit), text);
}

/// Plausibility of decimals.
inline Checked<Decimal> within(Decimal value, std::uint32_t low, std::uint32_t high) {
    return checked(gantry_decimal_within(value.raw(), low, high), value);
}

/// The value if it has at most this many decimals, trailing zeros not counted.
inline Checked<Decimal> at_most_decimals(Decimal value, unsigned decimals) {
    return checked(gantry_at_most_decimals(value.raw(), decimals), value);
}

} // namespace gantry::quality
