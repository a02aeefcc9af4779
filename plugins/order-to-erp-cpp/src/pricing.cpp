/// Prices, discounts and totals.
#include "pricing.hpp"

using namespace gantry;

namespace pricing {

static Checked<Decimal> bounded(std::optional<Decimal> amount) {
    if (!amount) return Defect{"out-of-range", "the amount is beyond all numbers"};
    return *amount;
}

static std::optional<Decimal> discounted(Decimal full, Decimal discount_percent) {
    if (discount_percent.is_zero()) return full;
    auto rest = subtract(Decimal{100}, discount_percent);
    auto hundredfold = rest ? multiply(full, *rest) : std::nullopt;
    return hundredfold ? hundredfold->hundredth() : std::nullopt;
}

Checked<Decimal> amount(std::uint32_t quantity, Decimal unit_price, Decimal discount_percent,
                        const Currency &currency) {
    auto full = multiply(unit_price, Decimal{quantity});
    auto rest = full ? discounted(*full, discount_percent) : std::nullopt;
    return bounded(rest).transform([&](Decimal exact) { return exact.rounded(currency.decimals()); });
}

Checked<Nothing> agreed(Decimal stated, Decimal computed, Decimal tolerance, const char *code) {
    auto difference = subtract(stated, computed);
    if (difference && difference->abs() <= tolerance) return Nothing{};
    return Defect{code, join(stated, " is stated, ", computed, " is computed")};
}

Checked<Decimal> total(Decimal a, Decimal b) { return bounded(add(a, b)); }

Checked<Decimal> price(Decimal amount) { return quality::within(amount, 0, 1'000'000'000); }

Checked<Decimal> payable(Decimal amount, const Currency &currency) {
    auto decimals = currency.decimals();
    return price(amount)
        .and_then([=](Decimal plausible) { return quality::at_most_decimals(plausible, decimals); })
        .transform([=](Decimal exact) { return exact.rounded(decimals); });
}

Checked<Decimal> percent(Decimal percent) { return quality::within(percent, 0, 100); }

} // namespace pricing
