package quality

import (
	"fmt"
	"strings"

	"gantry/sdk"
)

// The lengths of national numbers.
const (
	shortestNumber = 2
	longestNumber  = 17
)

// Phone makes a number `+` and digits, as E.164 has it: `030 - 007 43 21` in `DE` → `+49300074321`. One in national
// spelling is read by the plan of `country`, an ISO 3166 alpha-2 code. Numbers are read and judged as libphonenumber
// does, by the same numbering plans.
//
// A number is read however people write it: with `+`, with the digits that lead abroad from its country (`00`, `011`),
// with or without what is dialled inside the country only, as a `tel:` link, with an extension, which is left out, or
// with letters for digits. It must be valid: of a range that its country has given out. Whether it is in service can't
// be told. What doesn't pass is `not-a-phone-number`. A country that is no such code is a mistake of the plugin, and
// panics; without one, "", only international spelling is read.
func Phone(country string) func(text string) (string, error) {
	if country != "" && !isCountryCode(country) {
		panic(fmt.Sprintf("the country of a phone number is an alpha-2 code, and `%s` is none: use quality.Country", country))
	}
	return func(text string) (string, error) {
		if written, found := numberIn(text); found {
			if number, found := readNumber(written, country); found {
				return number, nil
			}
		}
		return "", sdk.NewDefect("not-a-phone-number", "`%s` can't be dialled in %s", text, country)
	}
}

func readNumber(written, country string) (string, bool) {
	own, isKnown := planOf(country)
	isInternational := strings.HasPrefix(written, "+")
	if !isKnown && !isInternational {
		return "", false
	}
	code, number, found := splitNumber(written, own)
	if !found && isInternational {
		// Perhaps somebody put a plus before digits that are dialled inside the country.
		code, number, found = splitNumber(strings.TrimLeft(written, "+"), own)
		found = found && code != ""
	}
	if !found {
		return "", false
	}
	if code != "" {
		own = mainPlan(code)
	}
	if own.code == "" || len(number) < shortestNumber {
		return "", false
	}
	if stripped := own.withoutPrefix(number); own.hasLength(len(stripped)) {
		number = stripped
	}
	if len(number) < shortestNumber || len(number) > longestNumber || !isValid(own.code, number) {
		return "", false
	}
	return "+" + own.code + number, true
}

// splitNumber takes the calling code, empty where none is written, from the digits behind it; it isn't found where there
// is no such code.
func splitNumber(written string, own plan) (code, number string, found bool) {
	digits := digitsOf(written)
	behind, isInternational := digits, strings.HasPrefix(written, "+")
	if !isInternational {
		behind, isInternational = own.behindAccessCode(digits)
	}
	if isInternational {
		if len(behind) <= shortestNumber {
			return "", "", false
		}
		return splitCode(behind)
	}
	if rest, hasCode := strings.CutPrefix(digits, own.code); hasCode && own.code != "" {
		rest = own.withoutPrefix(rest)
		if !own.fits(digits) && own.fits(rest) || own.isTooLong(len(digits)) {
			return own.code, rest, true
		}
	}
	return "", digits, true
}
