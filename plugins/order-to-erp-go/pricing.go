package main

import "gantry/sdk/quality"

// What lines and orders cost: decimal arithmetic, rounded per line as invoices are.

var hundred = quality.NewDecimal(100, 0)

// amount is quantity times price, less the discount, in the currency's smallest unit.
func amount(
	quantity uint32, price, discountPercent quality.Decimal, currency quality.Currency,
) (quality.Decimal, error) {
	full, err := price.MulInt(uint64(quantity))
	if err != nil || discountPercent.Sign() == 0 {
		return full.Rounded(currency.Decimals()), err
	}
	rest, err := hundred.Sub(discountPercent)
	if err != nil {
		return rest, err
	}
	hundredfold, err := full.Mul(rest)
	return hundredfold.Hundredth().Rounded(currency.Decimals()), err
}

// agreed is nil unless the stated total is further from the computed one than the tolerance.
func agreed(stated, computed, tolerance quality.Decimal, code string) error {
	difference, err := stated.Sub(computed)
	agrees := err == nil && difference.Abs().Cmp(tolerance) <= 0
	return quality.Ensure(agrees, code, "%s is stated, %s is computed", stated, computed)
}

// price is not negative, and below what any order is worth. It may have more decimals than its currency.
var price = quality.DecimalBetween(0, 1_000_000_000)

// percent is a discount.
var percent = quality.DecimalBetween(0, 100)

// payable is a freight or a total: a plausible amount that can be paid, written with the currency's decimals.
func payable(currency quality.Currency) func(quality.Decimal) (quality.Decimal, error) {
	return func(amount quality.Decimal) (quality.Decimal, error) {
		amount, err := price(amount)
		if err != nil {
			return amount, err
		}
		amount, err = quality.AtMostDecimals(currency.Decimals())(amount)
		return amount.Rounded(currency.Decimals()), err
	}
}
