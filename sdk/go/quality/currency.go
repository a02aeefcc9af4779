package quality

import (
	_ "embed"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"gantry/sdk"
)

// One code and its decimals a line.
//
//go:embed data/currencies.txt
var currencies string

// Currency is one of ISO 4217; make it with CurrencyOf. It is written to JSON as its code.
type Currency struct {
	code     string
	decimals int
}

// CurrencyOf is the currency of an ISO 4217 code, in whatever case; anything else is an `unknown-currency`.
func CurrencyOf(code string) (Currency, error) {
	bare := strings.TrimSpace(code)
	upper := strings.ToUpper(bare)
	decimals, found := find(currencies, upper)
	// The capital of `ı` is an I.
	found = found && !strings.ContainsFunc(bare, isBeyondASCII)
	if !found {
		return Currency{}, sdk.NewDefect("unknown-currency", "`%s` is no currency of ISO 4217", code)
	}
	return Currency{code: upper, decimals: int(decimals[0] - '0')}, nil
}

// Code is the code, three capital letters.
func (c Currency) Code() string { return c.code }

// Decimals is how many decimals amounts in this currency have: 2 for the euro, 0 for the yen.
func (c Currency) Decimals() int { return c.decimals }

// String is the code.
func (c Currency) String() string { return c.code }

// MarshalJSON writes the code.
func (c Currency) MarshalJSON() ([]byte, error) { return json.Marshal(c.code) }

// UnmarshalText reads a code, for settings.
func (c *Currency) UnmarshalText(text []byte) (err error) {
	*c, err = CurrencyOf(string(text))
	return err
}

func isBeyondASCII(char rune) bool { return char >= utf8.RuneSelf }
