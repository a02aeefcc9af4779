package quality

import (
	"strconv"
	"strings"

	"gantry/sdk"
	"gantry/sdk/internal/jsonin"
)

// Notation is how a text writes decimals; the author declares it, since `1.234` is either one and a bit or more than a
// thousand. As a setting it is "plain", "point" or "comma".
type Notation byte

const (
	// Plain is `1234.56`, as machines write: no grouping.
	Plain Notation = iota
	// Point is `1,234.56`.
	Point
	// Comma is `1.234,56`.
	Comma
)

// Parse is the decimal a text stands for. Groups of thousands may be set off by the notation's mark, a blank or an
// apostrophe; they must be whole (`1.23,4` is `not-a-decimal`).
func (n Notation) Parse(text string) (Decimal, error) {
	plain := strings.TrimSpace(text)
	switch n {
	case Point:
		plain = withoutGroups(plain, ".", ',')
	case Comma:
		plain = withoutGroups(plain, ",", '.')
	}
	if number, ok := parsePlain(plain); ok {
		return number, nil
	}
	if isPlain(plain) {
		return Decimal{}, beyondDecimals(text)
	}
	return Decimal{}, notADecimal(text)
}

// UnmarshalText reads a notation's name, for settings.
func (n *Notation) UnmarshalText(text []byte) error {
	return oneOf((*byte)(n), string(text), "plain", "point", "comma")
}

// String is the decimal with all its digits: `-1234.50`.
func (d Decimal) String() string { return string(d.append(nil)) }

// MarshalJSON writes the decimal as a JSON text.
func (d Decimal) MarshalJSON() ([]byte, error) {
	return append(d.append([]byte{'"'}), '"'), nil
}

// UnmarshalJSON reads a JSON number by its digits, or a text in the machines' notation.
func (d *Decimal) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	switch {
	case text == "null":
		return nil
	case raw[0] == '"':
		// A text with an escape in it is no decimal either way.
		return d.UnmarshalText(raw[1 : len(raw)-1])
	case raw[0] != '-' && (raw[0] < '0' || raw[0] > '9'):
		return sdk.NewDefect("wrong-type", "expected a decimal, found %s", jsonin.KindOf(text))
	}
	number, ok := parseNumber(text)
	if !ok {
		return beyondDecimals(text)
	}
	*d = number
	return nil
}

// UnmarshalText reads the machines' notation, for settings.
func (d *Decimal) UnmarshalText(text []byte) (err error) {
	*d, err = Plain.Parse(string(text))
	return err
}

func (d Decimal) append(text []byte) []byte {
	// A sign, a point, and no more digits than 2^96 or 28 decimals have.
	var buffer [32]byte
	at := len(buffer)
	digits := d.digits
	for place := 0; !digits.isZero() || place <= int(d.decimals); place++ {
		var digit uint64
		if place == int(d.decimals) && place > 0 {
			at--
			buffer[at] = '.'
		}
		digits, digit = digits.dividedBy10()
		at--
		buffer[at] = '0' + byte(digit)
	}
	if d.isNegative {
		text = append(text, '-')
	}
	return append(text, buffer[at:]...)
}

// parseNumber reads a JSON number, which may have an exponent.
func parseNumber(text string) (Decimal, bool) {
	mark := strings.IndexAny(text, "eE")
	if mark < 0 {
		return parsePlain(text)
	}
	number, ok := parsePlain(text[:mark])
	exponent, err := strconv.Atoi(text[mark+1:])
	if !ok || err != nil || exponent > maxDecimals || exponent < -maxDecimals {
		return Decimal{}, false
	}
	decimals := int(number.decimals) - exponent
	if decimals < 0 {
		number.digits, ok = number.digits.shifted(-decimals)
		decimals = 0
	}
	number.decimals = uint8(decimals)
	return number, ok && decimals <= maxDecimals && number.digits.isInRange()
}

// parsePlain reads digits with at most one point among them, and perhaps a sign before them.
func parsePlain(text string) (Decimal, bool) {
	unsigned := text
	if text != "" && (text[0] == '-' || text[0] == '+') {
		unsigned = text[1:]
	}
	var digits wide
	decimals := -1
	for i := range len(unsigned) {
		char := unsigned[i]
		if char == '.' && decimals < 0 && i > 0 && i+1 < len(unsigned) {
			decimals = 0
			continue
		}
		if char < '0' || char > '9' {
			return Decimal{}, false
		}
		longer, fits := digits.times(wide{low: 10})
		digits = longer.plus(wide{low: uint64(char - '0')})
		if !fits || !digits.isInRange() {
			return Decimal{}, false
		}
		if decimals >= 0 {
			decimals++
		}
	}
	if unsigned == "" || decimals > maxDecimals {
		return Decimal{}, false
	}
	isNegative := text[0] == '-' && !digits.isZero()
	return Decimal{digits: digits, decimals: uint8(max(decimals, 0)), isNegative: isNegative}, true
}

// withoutGroups is the text in the plain notation; empty where its groups aren't groups of thousands.
func withoutGroups(text, point string, mark rune) string {
	isMark := func(char rune) bool { return char == mark || strings.ContainsRune(" \u00a0\u202f'’", char) }
	whole, fraction, hasFraction := strings.Cut(text, point)
	if hasFraction && fraction == "" {
		return ""
	}
	groups := strings.Split(strings.Map(func(char rune) rune {
		if isMark(char) {
			return ','
		}
		return char
	}, whole), ",")
	if first := strings.TrimLeft(groups[0], "+-"); len(groups) > 1 && (len(first) < 1 || len(first) > 3) {
		return ""
	}
	for _, group := range groups[1:] {
		if len(group) != 3 {
			return ""
		}
	}
	plain := strings.Join(groups, "")
	if hasFraction {
		plain += "." + fraction
	}
	return plain
}

func notADecimal(text string) error {
	return sdk.NewDefect("not-a-decimal", "`%s` is no decimal of the expected notation", jsonin.Shortened(text))
}

func beyondDecimals(text string) error {
	return sdk.NewDefect("not-a-decimal", "`%s` is beyond what a decimal holds: 28 decimals, and about 28 digits in all", jsonin.Shortened(text))
}

// isPlain says whether a text is a number in the machines' notation, however long.
func isPlain(text string) bool {
	isDigits := func(part string) bool {
		return part != "" && strings.Trim(part, "0123456789") == ""
	}
	unsigned := text
	if text != "" && (text[0] == '-' || text[0] == '+') {
		unsigned = text[1:]
	}
	whole, fraction, hasFraction := strings.Cut(unsigned, ".")
	return isDigits(whole) && (!hasFraction || isDigits(fraction))
}

// oneOf sets the number of the name that the text is, or answers a `wrong-value`.
func oneOf(to *byte, text string, names ...string) error {
	for number, name := range names {
		if text == name {
			*to = byte(number)
			return nil
		}
	}
	return sdk.NewDefect("wrong-value", "`%s` is none of %s", text, strings.Join(names, ", "))
}
