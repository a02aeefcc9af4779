package quality

import (
	_ "embed"

	"gantry/sdk"
)

// One folded name and its code a line: codes, English names and their variants, and what a country's own people and its
// neighbours call it.
//
//go:embed data/countries.txt
var countries string

// Country is the ISO 3166 alpha-2 code of a country given as a code (two or three letters) or a name: English with its
// variants (`UK`, `U.S.A.`, `Ivory Coast`), native (`Deutschland`, `España`, `日本`), or a neighbour's. Case, accents and
// punctuation don't matter. Beside ISO 3166, Kosovo's customary `XK` is known. Anything else is an `unknown-country`.
func Country(text string) (string, error) {
	if code, found := find(countries, Fold(text)); found {
		return code, nil
	}
	return "", sdk.NewDefect("unknown-country", "`%s` is no country known by ISO 3166", text)
}
