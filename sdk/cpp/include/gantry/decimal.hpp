/// Money and other decimals, exact from the first digit to the last: no float ever holds them. See `gantry/decimal.h`.
#pragma once

#include <compare>
#include <cstdint>
#include <gantry/decimal.h>
#include <gantry/result.hpp>

namespace gantry {

/// How a text writes decimals.
enum class Notation {
    plain = GANTRY_PLAIN, ///< `1234.56`, as machines write: no grouping.
    point = GANTRY_POINT, ///< `1,234.56`
    comma = GANTRY_COMMA, ///< `1.234,56`
};

class Decimal {
  public:
    Decimal() = default;
    explicit constexpr Decimal(gantry_decimal value) : value{value} {}

    /// 450 and 2 make 4.50.
    explicit constexpr Decimal(std::int64_t mantissa, unsigned scale = 0) : value{mantissa, scale} {}

    /// The decimal a text stands for; `not-a-decimal`.
    static Checked<Decimal> parse(std::string_view text, Notation notation = Notation::plain) {
        gantry_decimal read{};
        auto defect = gantry_decimal_parse(gantry::raw(text), static_cast<gantry_notation>(notation), &read);
        return checked(defect, Decimal{read});
    }

    /// None where the exact result has no room.
    friend std::optional<Decimal> add(Decimal a, Decimal b) { return exact(gantry_decimal_add, a, b); }
    friend std::optional<Decimal> subtract(Decimal a, Decimal b) { return exact(gantry_decimal_sub, a, b); }
    friend std::optional<Decimal> multiply(Decimal a, Decimal b) { return exact(gantry_decimal_mul, a, b); }

    /// A hundredth: what percentages are reckoned with.
    std::optional<Decimal> hundredth() const {
        gantry_decimal result{};
        return gantry_decimal_hundredth(value, &result) ? std::optional{Decimal{result}} : std::nullopt;
    }

    Decimal abs() const { return Decimal{gantry_decimal_abs(value)}; }

    /// Without trailing zeros behind the point.
    Decimal normalised() const { return Decimal{gantry_decimal_normalised(value)}; }

    /// To this many decimals, a half away from zero, as invoices are; written with exactly that many.
    Decimal rounded(unsigned decimals) const { return Decimal{gantry_decimal_rounded(value, decimals)}; }

    bool is_zero() const { return value.mantissa == 0; }

    /// By value: 1.0 is 1.
    friend std::strong_ordering operator<=>(Decimal a, Decimal b) {
        return gantry_decimal_compare(a.value, b.value) <=> 0;
    }
    friend bool operator==(Decimal a, Decimal b) { return gantry_decimal_compare(a.value, b.value) == 0; }

    /// With all its decimals, in the arena.
    std::string_view text() const { return view(gantry_decimal_text(value)); }

    gantry_decimal raw() const { return value; }

  private:
    static std::optional<Decimal> exact(bool (*operation)(gantry_decimal, gantry_decimal, gantry_decimal *), Decimal a,
                                        Decimal b) {
        gantry_decimal result{};
        return operation(a.value, b.value, &result) ? std::optional{Decimal{result}} : std::nullopt;
    }

    gantry_decimal value{};
};

inline void append(Joined &to, Decimal decimal) { append(to, decimal.text()); }

} // namespace gantry
