package quality

import (
	"gantry/sdk"
)

// Decimal is money or another decimal, exact from the first digit to the last: no float ever holds it. It has up to 28
// decimals and a magnitude below 2^96 without its point, about 28 digits in all; what goes beyond is a defect, never a
// wrong number. The zero value is 0.
//
// From JSON it is read by its digits, from a number or from a text in the machines' notation, which is how careful
// systems write money. To JSON it is written as a text: a receiver that reads numbers as floats would round it.
type Decimal struct {
	digits     wide
	decimals   uint8
	isNegative bool
}

// maxDecimals is how many decimals there can be.
const maxDecimals = 28

// NewDecimal is `digits` with the point set before the last `decimals` of them, at most 28: NewDecimal(1999, 2) is 19.99.
func NewDecimal(digits int64, decimals int) Decimal {
	magnitude := uint64(digits)
	if digits < 0 {
		magnitude = -magnitude
	}
	return Decimal{digits: wide{low: magnitude}, decimals: uint8(min(decimals, maxDecimals)), isNegative: digits < 0}
}

// Decimals is how many digits stand behind the point, trailing zeros included.
func (d Decimal) Decimals() int { return int(d.decimals) }

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int {
	switch {
	case d.digits.isZero():
		return 0
	case d.isNegative:
		return -1
	default:
		return 1
	}
}

// Cmp is -1, 0 or 1 as d is less than, equal to or more than other; 1.5 and 1.50 are equal.
func (d Decimal) Cmp(other Decimal) int {
	if d.Sign() != other.Sign() {
		return cmpInts(d.Sign(), other.Sign())
	}
	if d.Sign() < 0 {
		return other.Neg().Cmp(d.Neg())
	}
	left, leftFits := d.digits.shifted(max(int(other.decimals)-int(d.decimals), 0))
	right, rightFits := other.digits.shifted(max(int(d.decimals)-int(other.decimals), 0))
	switch {
	case !leftFits:
		return 1
	case !rightFits:
		return -1
	default:
		return left.cmp(right)
	}
}

// Neg is the decimal with the other sign.
func (d Decimal) Neg() Decimal {
	d.isNegative = !d.isNegative && !d.digits.isZero()
	return d
}

// Abs is the decimal without its sign.
func (d Decimal) Abs() Decimal {
	d.isNegative = false
	return d
}

// Add is the exact sum, with as many decimals as the summand that has most; `out-of-range` where that is beyond all
// decimals.
func (d Decimal) Add(other Decimal) (Decimal, error) {
	decimals := max(d.decimals, other.decimals)
	left, leftFits := d.digits.shifted(int(decimals - d.decimals))
	right, rightFits := other.digits.shifted(int(decimals - other.decimals))
	if !leftFits || !rightFits {
		return Decimal{}, beyond()
	}
	if d.isNegative == other.isNegative {
		return decimalOf(left.plus(right), decimals, d.isNegative)
	}
	if left.cmp(right) < 0 {
		return decimalOf(right.minus(left), decimals, other.isNegative)
	}
	return decimalOf(left.minus(right), decimals, d.isNegative)
}

// Sub is the exact difference; as Add.
func (d Decimal) Sub(other Decimal) (Decimal, error) { return d.Add(other.Neg()) }

// Mul is the product: exact, or rounded to 28 decimals where it has more; `out-of-range` where it is beyond all
// decimals.
func (d Decimal) Mul(other Decimal) (Decimal, error) {
	product, fits := d.digits.times(other.digits)
	decimals := int(d.decimals) + int(other.decimals)
	if !fits {
		return d.mulShortened(other)
	}
	if excess := decimals - maxDecimals; excess > 0 {
		product, decimals = product.rounded(excess), maxDecimals
	}
	return decimalOf(product, uint8(decimals), d.isNegative != other.isNegative)
}

// mulShortened multiplies without trailing zeros, where the product of all digits is too long.
func (d Decimal) mulShortened(other Decimal) (Decimal, error) {
	left, right := d.Normalized(), other.Normalized()
	if left == d && right == other {
		return Decimal{}, beyond()
	}
	return left.Mul(right)
}

// MulInt is the product with a whole number; as Mul.
func (d Decimal) MulInt(factor uint64) (Decimal, error) {
	return d.Mul(Decimal{digits: wide{low: factor}})
}

// Hundredth is a hundredth of the decimal: what percentages are reckoned with. It is exact up to 28 decimals, and
// rounded there.
func (d Decimal) Hundredth() Decimal {
	decimals := int(d.decimals) + 2
	if excess := decimals - maxDecimals; excess > 0 {
		d.digits, decimals = d.digits.rounded(excess), maxDecimals
	}
	d.decimals = uint8(decimals)
	return d
}

// Rounded has exactly this many decimals: a half is rounded away from zero, as invoices are, and zeros are added. Where
// there is no room for the zeros it stays as it is.
func (d Decimal) Rounded(decimals int) Decimal {
	decimals = min(decimals, maxDecimals)
	missing := decimals - int(d.decimals)
	if missing < 0 {
		d.digits = d.digits.rounded(-missing)
		d.isNegative = d.isNegative && !d.digits.isZero()
	} else if padded, fits := d.digits.shifted(missing); fits && padded.isInRange() {
		d.digits = padded
	} else {
		return d
	}
	d.decimals = uint8(decimals)
	return d
}

// Normalized has no trailing zeros behind the point.
func (d Decimal) Normalized() Decimal {
	for d.decimals > 0 {
		shorter, rest := d.digits.dividedBy10()
		if rest != 0 {
			break
		}
		d.digits, d.decimals = shorter, d.decimals-1
	}
	return d
}

// AtMostDecimals passes a decimal of at most this many decimals, trailing zeros not counted; else `too-many-decimals`.
func AtMostDecimals(decimals int) func(Decimal) (Decimal, error) {
	return func(d Decimal) (Decimal, error) {
		if d.Decimals() > decimals && d.Normalized().Decimals() > decimals {
			return d, sdk.NewDefect("too-many-decimals", "%s has more than %d decimals", d, decimals)
		}
		return d, nil
	}
}

// DecimalBetween is plausibility: it passes a decimal from `low` to `high`, both included; else `out-of-range`.
func DecimalBetween(low, high int64) func(Decimal) (Decimal, error) {
	return func(d Decimal) (Decimal, error) {
		if d.Cmp(NewDecimal(low, 0)) < 0 || d.Cmp(NewDecimal(high, 0)) > 0 {
			return d, sdk.NewDefect("out-of-range", "%s is outside the plausible range from %d to %d", d, low, high)
		}
		return d, nil
	}
}

func decimalOf(digits wide, decimals uint8, isNegative bool) (Decimal, error) {
	if !digits.isInRange() {
		return Decimal{}, beyond()
	}
	return Decimal{digits: digits, decimals: decimals, isNegative: isNegative && !digits.isZero()}, nil
}

func beyond() error { return sdk.NewDefect("out-of-range", "the amount is beyond all numbers") }

func cmpInts(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}
