/// What lines and orders cost: decimal arithmetic, rounded per line as invoices are.
#pragma once

#include <gantry.h>

/// Quantity times price, less the discount, in the currency's smallest unit; `out-of-range` beyond all numbers.
gantry_defect line_amount(uint32_t quantity, gantry_decimal unit_price, gantry_decimal discount_percent,
                          gantry_currency currency, gantry_decimal *amount);

/// A defect with this code if the stated total is further from the computed one than the tolerance.
gantry_defect agreed(gantry_decimal stated, gantry_decimal computed, gantry_decimal tolerance, const char *code);

/// A price: not negative, and below what any order is worth. It may have more decimals than its currency.
gantry_defect price(gantry_decimal amount);

/// A freight or a total: a plausible amount that can be paid, written with the currency's decimals.
gantry_defect payable(gantry_decimal *amount, gantry_currency currency);

/// A discount.
gantry_defect percent(gantry_decimal percent);

/// The sum, or `out-of-range` beyond all numbers.
gantry_defect add(gantry_decimal a, gantry_decimal b, gantry_decimal *sum);
