package quality

import (
	_ "embed"
	"strconv"
	"strings"

	"gantry/sdk"
)

// One country a line: calling code, trunk prefix (`-` where it has none), and the lengths its national numbers can have.
//
//go:embed data/phones.txt
var phones string

// Phone makes a number `+` and digits, as E.164 has it: `030 - 007 43 21` in `DE` → `+49300074321`. One in national
// spelling is read by the plan of `country`, an ISO 3166 alpha-2 code; one with `+`, `00` or (in North America) `011`
// names its own.
//
// What is checked: calling code and length, by the plans of all countries, and that a North American area code can be
// one. Whether an operator uses the range, and whether somebody answers, is not. Extensions and letters are not
// understood. What doesn't pass is `not-a-phone-number`.
func Phone(country string) func(text string) (string, error) {
	return func(text string) (string, error) {
		digits, isGlobal := digitsOf(text)
		if number, found := dialled(digits, isGlobal, country); found {
			return "+" + number, nil
		}
		return "", sdk.NewDefect("not-a-phone-number", "`%s` can't be dialled in %s", text, country)
	}
}

// digitsOf are the digits of a number, and whether it begins with a `+`; none where anything stands in it that doesn't
// belong there.
func digitsOf(text string) (digits string, isGlobal bool) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "tel:")
	text, isGlobal = strings.CutPrefix(text, "+")
	kept := make([]byte, 0, len(text))
	for _, char := range text {
		switch {
		case '0' <= char && char <= '9':
			kept = append(kept, byte(char))
		case !strings.ContainsRune(" \u00a0\u202f()-–./", char):
			return "", false
		}
	}
	return string(kept), isGlobal
}

// dialled is the number with its calling code. A reading as a national number comes last: the others are spelled out.
func dialled(digits string, isGlobal bool, country string) (string, bool) {
	own, found := planOf(country)
	switch {
	case !found || digits == "":
		return "", false
	case isGlobal:
		return digits, isKnown(digits)
	}
	for _, access := range []string{"00", "011"} {
		rest, found := strings.CutPrefix(digits, access)
		if found && (access == "00" || own.callingCode == "1") && isKnown(rest) {
			return rest, true
		}
	}
	if rest, found := strings.CutPrefix(digits, own.trunk); found && own.trunk != "-" && own.fits(rest) {
		return own.callingCode + rest, true
	}
	return own.callingCode + digits, own.fits(digits)
}

// isKnown says whether this is a calling code and a number of a length that one of its countries uses.
func isKnown(digits string) bool {
	for line := range strings.Lines(phones) {
		_, rest, _ := strings.Cut(line, " ")
		plan := readPlan(rest)
		if national, found := strings.CutPrefix(digits, plan.callingCode); found && plan.fits(national) {
			return true
		}
	}
	return false
}

type plan struct{ callingCode, trunk, lengths string }

func planOf(country string) (plan, bool) {
	line, found := find(phones, country)
	return readPlan(line), found
}

func readPlan(line string) plan {
	callingCode, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	trunk, lengths, _ := strings.Cut(rest, " ")
	return plan{callingCode: callingCode, trunk: trunk, lengths: lengths}
}

func (p plan) fits(national string) bool {
	if p.callingCode == "1" && (len(national) != 10 || national[0] < '2' || national[3] < '2') {
		return false
	}
	wanted := strconv.Itoa(len(national))
	for length := range strings.SplitSeq(p.lengths, ",") {
		if length == wanted {
			return true
		}
	}
	return false
}
