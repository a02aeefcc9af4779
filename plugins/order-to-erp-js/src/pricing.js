/**
 * What lines and orders cost: decimal arithmetic, rounded per line as invoices are.
 */

import { atMostDecimals, currencyDecimals, Decimal, range } from "@gantry/sdk";

/** @typedef {import("@gantry/sdk").Checker} Checker */

/**
 * Quantity times price, less the discount, in the currency's smallest unit.
 * @param {number} quantity
 * @param {Decimal} unitPrice
 * @param {Decimal} discountPercent
 * @param {string} currency
 * @returns {Decimal}
 */
export function amount(quantity, unitPrice, discountPercent, currency) {
  const full = unitPrice.times(quantity);
  const amount = discountPercent.isZero ? full : full.times(Decimal.ONE_HUNDRED.minus(discountPercent)).hundredth();
  return amount.rounded(currencyDecimals(currency));
}

/**
 * A violation at `total` if the stated one is further from the computed one than the tolerance.
 * @param {Checker} check
 * @param {Decimal} stated
 * @param {Decimal} computed
 * @param {{ totalTolerance: Decimal }} settings
 * @param {string} code
 */
export function agree(check, stated, computed, { totalTolerance }, code) {
  const isNear = stated.minus(computed).abs().compare(totalTolerance) <= 0;
  check.rule("total", isNear, code, () => `${stated} is stated, ${computed} is computed`);
}

/**
 * A price: not negative, and below what any order is worth. It may have more decimals than its currency.
 * @param {Decimal} amount
 */
export function price(amount) {
  return range(amount, 0, 1_000_000_000);
}

/**
 * A freight or a total: a plausible amount that can be paid, written with the currency's decimals.
 * @param {Decimal} amount
 * @param {string} currency
 */
export function payable(amount, currency) {
  const decimals = currencyDecimals(currency);
  return atMostDecimals(price(amount), decimals).rounded(decimals);
}

/**
 * A discount.
 * @param {Decimal} percent
 */
export function percent(percent) {
  return range(percent, 0, 100);
}

/**
 * @param {readonly Decimal[]} amounts
 * @returns {Decimal}
 */
export function sum(amounts) {
  return amounts.reduce((sum, amount) => sum.plus(amount), Decimal.ZERO);
}
