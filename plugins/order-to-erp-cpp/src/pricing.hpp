/// What lines and orders cost: decimal arithmetic, rounded per line as invoices are.
#pragma once

#include <gantry.hpp>

namespace pricing {

using gantry::Checked;
using gantry::Decimal;
using gantry::quality::Currency;

/// Quantity times price, less the discount, in the currency's smallest unit; `out-of-range` beyond all numbers.
Checked<Decimal> amount(std::uint32_t quantity, Decimal unit_price, Decimal discount_percent, const Currency &currency);

/// Nothing, or a defect with this code if the stated total is further from the computed one than the tolerance.
Checked<gantry::Nothing> agreed(Decimal stated, Decimal computed, Decimal tolerance, const char *code);

/// The sum, or `out-of-range` beyond all numbers.
Checked<Decimal> total(Decimal a, Decimal b);

/// A price: not negative, and below what any order is worth. It may have more decimals than its currency.
Checked<Decimal> price(Decimal amount);

/// A freight or a total: a plausible amount that can be paid, written with the currency's decimals.
Checked<Decimal> payable(Decimal amount, const Currency &currency);

/// A discount.
Checked<Decimal> percent(Decimal percent);

} // namespace pricing
