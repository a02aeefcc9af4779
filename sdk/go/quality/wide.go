package quality

import "math/bits"

// wide is a number of 128 bits, not negative: the digits of a Decimal, and room to reckon with them.
type wide struct{ high, low uint64 }

// isInRange is true below 2^96.
func (w wide) isInRange() bool { return w.high < 1<<32 }

func (w wide) isZero() bool { return w.high == 0 && w.low == 0 }

func (w wide) cmp(other wide) int {
	switch {
	case w == other:
		return 0
	case w.high < other.high, w.high == other.high && w.low < other.low:
		return -1
	default:
		return 1
	}
}

// plus is the sum; both are below 2^127.
func (w wide) plus(other wide) wide {
	low, carry := bits.Add64(w.low, other.low, 0)
	return wide{w.high + other.high + carry, low}
}

// minus is the difference; other isn't more.
func (w wide) minus(other wide) wide {
	low, borrow := bits.Sub64(w.low, other.low, 0)
	return wide{w.high - other.high - borrow, low}
}

// times is the product, if it is below 2^127.
func (w wide) times(other wide) (wide, bool) {
	if w.high > 0 && other.high > 0 {
		return wide{}, false
	}
	if w.high == 0 {
		w, other = other, w
	}
	high, low := bits.Mul64(w.low, other.low)
	overflow, cross := bits.Mul64(w.high, other.low)
	high, carry := bits.Add64(high, cross, 0)
	return wide{high, low}, overflow == 0 && carry == 0 && high>>63 == 0
}

// shifted is the number with this many zeros behind it, if it is below 2^127.
func (w wide) shifted(zeros int) (wide, bool) {
	fits := true
	for ; zeros > 0 && fits; zeros-- {
		w, fits = w.times(wide{low: 10})
	}
	return w, fits
}

// dividedBy10 is the number without its last digit, and that digit.
func (w wide) dividedBy10() (wide, uint64) {
	high, rest := w.high/10, w.high%10
	low, rest := bits.Div64(rest, w.low, 10)
	return wide{high, low}, rest
}

// rounded is the number without its last digits, a half rounded up.
func (w wide) rounded(digits int) wide {
	var last uint64
	for ; digits > 0; digits-- {
		w, last = w.dividedBy10()
	}
	if last >= 5 {
		w = w.plus(wide{low: 1})
	}
	return w
}
