/**
 * Money and other decimals, exact from the first digit to the last: no float ever holds them.
 *
 * A decimal is a whole number of units and how many of its digits stand behind the point; like an amount on paper it
 * keeps its trailing zeros. It leaves as a JSON string, since a receiver that reads JSON numbers as floats would round
 * it.
 */

import { NumberLiteral } from "./json/literal.js";
import { Defect } from "./outcome.js";
import { fits, groups } from "./pattern.js";

/** Most decimals of a number that is read, and the first number of units that is too large, as in every SDK. */
const MOST_DECIMALS = 28;
const UNITS_LIMIT = 1n << 96n;

/** Shorter texts are within the limits whatever their digits. */
const SURE_LENGTH = 28;

/** A float holds any 15 digits. */
const SURE_UNITS = 1e15;

/** Longest part of a value that a defect shows. */
const SHOWN = 300;

const PLAIN = /[-+]?\d+(?:\.\d+)?$/y;
const SCIENTIFIC = /([-+]?\d+(?:\.\d+)?)[eE]([-+]?\d{1,4})$/y;

/** Powers of ten, made once. */
const POWERS = Array.from({ length: 64 }, (_, n) => 10n ** BigInt(n));

/** A decimal number, exactly. */
export class Decimal {
  /**
   * `new Decimal(1234n, 2)` is 12.34.
   * @param {bigint} units
   * @param {number} scale how many digits stand behind the point
   */
  constructor(units, scale) {
    /** The digits as a whole number. */
    this.units = units;
    /** How many of them stand behind the point. */
    this.scale = scale;
  }

  /**
   * From a text in the machines' notation (`1234.56`) or a whole number.
   * @param {string | number | bigint} value
   * @returns {Decimal}
   */
  static of(value) {
    const decimal = typeof value === "bigint" ? new Decimal(value, 0) : Decimal.parse(String(value));
    if (decimal === undefined) throw new RangeError(`${value} is no decimal`);
    return decimal;
  }

  /**
   * From a text in the machines' notation; undefined where it is none, or has more than 28 decimals or digits than 96
   * bits hold.
   * @param {string} text
   * @returns {Decimal | undefined}
   */
  static parse(text) {
    return fits(PLAIN, text) ? withinLimits(fromDigits(text), text) : undefined;
  }

  /**
   * From a float that stands for the digits it is written with; undefined where it is beyond the same limits.
   * @param {number} value
   * @returns {Decimal | undefined}
   */
  static fromNumber(value) {
    // Up to 15 digits a quotient is the one float for them, and this is far cheaper than writing it out.
    for (let scale = 0, one = 1; scale <= 4; scale++, one *= 10) {
      const units = Math.round(value * one);
      if (units / one === value && units < SURE_UNITS && units > -SURE_UNITS) return new Decimal(BigInt(units), scale);
    }
    return Number.isFinite(value) ? Decimal.parseNumber(String(value)) : undefined;
  }

  /**
   * From the digits of a JSON number, `1.5e3` included; undefined where it is beyond the same limits.
   * @param {string} source
   * @returns {Decimal | undefined}
   */
  static parseNumber(source) {
    const [, digits, exponent] = groups(SCIENTIFIC, source);
    if (digits === undefined) return Decimal.parse(source);
    const { units, scale } = fromDigits(digits);
    const shifted = scale - Number(exponent);
    if (shifted > MOST_DECIMALS || shifted < -MOST_DECIMALS) return undefined;
    const value = shifted >= 0 ? new Decimal(units, shifted) : new Decimal(units * power(-shifted), 0);
    return withinLimits(value, value.toString());
  }

  /** @param {Decimal} other */
  plus(other) {
    if (this.scale === other.scale) return new Decimal(this.units + other.units, this.scale);
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.unitsAt(scale) + other.unitsAt(scale), scale);
  }

  /** @param {Decimal} other */
  minus(other) {
    if (this.scale === other.scale) return new Decimal(this.units - other.units, this.scale);
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.unitsAt(scale) - other.unitsAt(scale), scale);
  }

  /** @param {Decimal | number | bigint} factor a decimal or a whole number */
  times(factor) {
    if (factor instanceof Decimal) return new Decimal(this.units * factor.units, this.scale + factor.scale);
    return new Decimal(this.units * BigInt(factor), this.scale);
  }

  /**
   * The quotient, rounded to this many decimals, a half away from zero.
   * @param {Decimal | number | bigint} divisor a decimal or a whole number
   * @param {number} decimals
   */
  dividedBy(divisor, decimals) {
    const { units, scale } = divisor instanceof Decimal ? divisor : new Decimal(BigInt(divisor), 0);
    if (units === 0n) throw new RangeError("division by zero");
    const shift = decimals + scale - this.scale;
    const dividend = shift >= 0 ? this.units * power(shift) : this.units;
    return new Decimal(quotient(dividend, shift >= 0 ? units : units * power(-shift)), decimals);
  }

  /** A hundredth of it: what percentages are reckoned with. */
  hundredth() {
    return new Decimal(this.units, this.scale + 2);
  }

  negated() {
    return new Decimal(-this.units, this.scale);
  }

  abs() {
    return this.units < 0n ? this.negated() : this;
  }

  /**
   * Rounded to this many decimals, a half away from zero, as invoices are; written with exactly that many.
   * @param {number} decimals
   */
  rounded(decimals) {
    if (this.scale === decimals) return this;
    if (this.scale < decimals) return new Decimal(this.unitsAt(decimals), decimals);
    return new Decimal(quotient(this.units, power(this.scale - decimals)), decimals);
  }

  /** Without zeros at the end of its fraction. */
  normalized() {
    let { units, scale } = this;
    while (scale > 0 && units % 10n === 0n) {
      units /= 10n;
      scale--;
    }
    return scale === this.scale ? this : new Decimal(units, scale);
  }

  /**
   * Negative if it is less than the other, 0 if it is the same number (`1.0` and `1`), positive if it is more.
   * @param {Decimal | number} other a decimal or a whole number
   */
  compare(other) {
    if (typeof other === "number") return order(this.units, BigInt(other) * power(this.scale));
    if (this.scale === other.scale) return order(this.units, other.units);
    const scale = Math.max(this.scale, other.scale);
    return order(this.unitsAt(scale), other.unitsAt(scale));
  }

  /**
   * The same number, `1.0` and `1`.
   * @param {Decimal | number} other
   */
  equals(other) {
    return this.compare(other) === 0;
  }

  get isZero() {
    return this.units === 0n;
  }

  /**
   * The units if it had this many decimals.
   * @param {number} scale not less than its own
   */
  unitsAt(scale) {
    return scale === this.scale ? this.units : this.units * power(scale - this.scale);
  }

  /** With all its decimals. */
  toString() {
    const digits = this.units.toString();
    if (this.scale === 0) return digits;
    if (this.units < 0n) return `-${this.negated()}`;
    const point = digits.length - this.scale;
    if (point > 0) return `${digits.slice(0, point)}.${digits.slice(point)}`;
    return `0.${digits.padStart(this.scale, "0")}`;
  }

  /**
   * As a JSON number with all its digits, `0.10` and not `"0.10"`: for targets that take no texts.
   */
  asJsonNumber() {
    return new NumberLiteral(this.toString());
  }

  /** A JSON string. */
  toJSON() {
    return this.toString();
  }

  /** Refuses: `a < b` and `a + b` would go through floats. */
  valueOf() {
    throw new TypeError("a Decimal is no number: use compare(), plus(), minus(), times()");
  }
}

Decimal.ZERO = new Decimal(0n, 0);
Decimal.ONE_HUNDRED = new Decimal(100n, 0);

/**
 * The defect of what no decimal can be made of: it has too many digits, or is spelt in another way.
 * @param {unknown} value
 * @param {string} plain the same in the machines' notation
 */
export function noDecimal(value, plain) {
  const text = String(value);
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  const isNumber = typeof value !== "string" || fits(PLAIN, plain);
  const cause = isNumber
    ? "is beyond what a decimal holds: 28 decimals, and about 28 digits in all"
    : "is no decimal of the expected notation";
  return new Defect("not-a-decimal", `\`${shown}\` ${cause}`);
}

/**
 * A text that is known to be one.
 * @param {string} text
 */
function fromDigits(text) {
  const point = text.indexOf(".");
  if (point < 0) return new Decimal(BigInt(text), 0);
  return new Decimal(BigInt(text.slice(0, point) + text.slice(point + 1)), text.length - point - 1);
}

/**
 * @param {Decimal} value
 * @param {string} text
 */
function withinLimits(value, text) {
  if (text.length <= SURE_LENGTH) return value;
  return value.scale <= MOST_DECIMALS && value.abs().units < UNITS_LIMIT ? value : undefined;
}

/**
 * @param {bigint} a
 * @param {bigint} b
 */
function order(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Rounded, a half away from zero.
 * @param {bigint} dividend
 * @param {bigint} divisor
 */
function quotient(dividend, divisor) {
  const isNegative = dividend < 0n !== divisor < 0n;
  const whole = dividend < 0n ? -dividend : dividend;
  const by = divisor < 0n ? -divisor : divisor;
  const rounded = (whole * 2n + by) / (by * 2n);
  return isNegative ? -rounded : rounded;
}

/** @param {number} exponent */
function power(exponent) {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}
