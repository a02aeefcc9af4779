/**
 * What lines and orders cost: decimal arithmetic, rounded per line as invoices are.
 */

import { atMostDecimals, type Checker, currencyDecimals, Decimal, range } from "@gantry/sdk";

/** Quantity times price, less the discount, in the currency's smallest unit. */
export function amount(quantity: number, unitPrice: Decimal, discountPercent: Decimal, currency: string): Decimal {
  const full = unitPrice.times(quantity);
  const amount = discountPercent.isZero ? full : full.times(Decimal.ONE_HUNDRED.minus(discountPercent)).hundredth();
  return amount.rounded(currencyDecimals(currency));
}

/** A violation at `total` if the stated one is further from the computed one than the tolerance. */
export function agree(
  check: Checker,
  stated: Decimal,
  computed: Decimal,
  { totalTolerance }: { totalTolerance: Decimal },
  code: string,
): void {
  const isNear = stated.minus(computed).abs().compare(totalTolerance) <= 0;
  check.rule("total", isNear, code, () => `${stated} is stated, ${computed} is computed`);
}

/** A price: not negative, and below what any order is worth. It may have more decimals than its currency. */
export function price(amount: Decimal): Decimal {
  return range(amount, 0, 1_000_000_000);
}

/** A freight or a total: a plausible amount that can be paid, written with the currency's decimals. */
export function payable(amount: Decimal, currency: string): Decimal {
  const decimals = currencyDecimals(currency);
  return atMostDecimals(price(amount), decimals).rounded(decimals);
}

/** A discount. */
export function percent(percent: Decimal): Decimal {
  return range(percent, 0, 100);
}

export function sum(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce((sum, amount) => sum.plus(amount), Decimal.ZERO);
}
