package quality

import (
	_ "embed"
	"strconv"
	"strings"
)

// Numbering plans and calling codes, and the shapes of numbers that they name. How they are written is said in
// `sdk/quality/README.md`.
//
//go:embed data/phone-plans.txt
var phonePlans string

//go:embed data/phone-shapes.txt
var phoneShapes string

// A shape is a place in a graph: where its first state begins, times two, and one more if no digits at all are of it.
type shape int

const (
	shapeBase    = 50
	shapeFirst   = '*'
	edgeLength   = 5
	edgesPerLine = 20
	edgeDigits   = 1024
)

// edge is the digits that lead on, and where; the last one of its state says so.
func edge(number int) (digits, following int, isLast bool) {
	at := number*edgeLength + number/edgesPerLine
	char := func(place int) int { return int(phoneShapes[at+place]) - shapeFirst }
	digits = char(0)*shapeBase + char(1)
	following = (char(2)*shapeBase+char(3))*shapeBase + char(4)
	return digits, following / 2, following%2 == 1
}

// fits says whether the digits, all of them, are of this shape.
func (s shape) fits(text string) bool {
	state, mayEnd := int(s)/2, s%2 == 1
	for i := range len(text) {
		digits, following, isLast := edge(state)
		for digits>>(text[i]-'0')&1 == 0 {
			if isLast {
				return false
			}
			state++
			digits, following, isLast = edge(state)
		}
		state, mayEnd = following, digits >= edgeDigits
	}
	return mayEnd
}

// longest is how many of the first digits are of this shape.
func (s shape) longest(digits string) (length int, found bool) {
	for end := len(digits); end >= 0; end-- {
		if s.fits(digits[:end]) {
			return end, true
		}
	}
	return 0, false
}

// plan is how the numbers of one country are written.
type plan struct {
	code                  string
	abroad, national      shape
	lengths, localLengths int
	prefixes              string
}

func readPlan(line string) plan {
	code, line, _ := strings.Cut(line, " ")
	abroad, line := cutNumber(line)
	national, line := cutNumber(line)
	lengths, line := cutNumber(line)
	localLengths, prefixes := cutNumber(line)
	return plan{code, shape(abroad), shape(national), lengths, localLengths, prefixes}
}

// cutNumber takes the first word, which is a number, from the others.
func cutNumber(words string) (number int, rest string) {
	word, rest, _ := strings.Cut(words, " ")
	number, _ = strconv.Atoi(word)
	return number, rest
}

// planOf is the plan of a country by its alpha-2 code, in whatever case.
func planOf(country string) (plan, bool) {
	if !isCountryCode(country) {
		return plan{}, false
	}
	line, found := find(phonePlans, strings.ToUpper(country))
	return readPlan(line), found
}

// isCountryCode says whether it is spelt as an alpha-2 code.
func isCountryCode(country string) bool {
	isLetter := func(char byte) bool { return 'A' <= char&^0x20 && char&^0x20 <= 'Z' }
	return len(country) == 2 && isLetter(country[0]) && isLetter(country[1])
}

// mainPlan is the plan by which numbers with this calling code are read.
func mainPlan(code string) plan {
	line, _ := find(phonePlans, code)
	country, _, _ := strings.Cut(line, " ")
	line, _ = find(phonePlans, country)
	return readPlan(line)
}

// splitCode takes the calling code from what follows it.
func splitCode(digits string) (code, number string, found bool) {
	for length := 1; length <= 3 && length <= len(digits); length++ {
		if _, found := find(phonePlans, digits[:length]); found {
			return digits[:length], digits[length:], true
		}
	}
	return "", "", false
}

// isValid says whether the national number is of a range that is given out in a country of this calling code.
func isValid(code, number string) bool {
	line, _ := find(phonePlans, code)
	_, word, _ := strings.Cut(line, " ")
	valid, _ := cutNumber(word)
	return shape(valid).fits(number)
}

// behindAccessCode is what follows the digits that lead abroad; no calling code begins with 0.
func (p plan) behindAccessCode(digits string) (rest string, found bool) {
	end, _ := p.abroad.longest(digits)
	if end == 0 || strings.HasPrefix(digits[end:], "0") {
		return "", false
	}
	return digits[end:], true
}

// fits says whether it looks like a national number.
func (p plan) fits(number string) bool { return p.national.fits(number) }

func (p plan) isTooLong(length int) bool {
	return p.lengths>>length == 0 && p.localLengths>>length&1 == 0
}

// hasLength says whether a national number can be that long. One that is too long counts: it is refused later.
func (p plan) hasLength(length int) bool {
	isPossible := p.lengths>>length&1 == 1 && p.localLengths>>length&1 == 0
	return isPossible || p.isTooLong(length)
}

// withoutPrefix is the number without what is dialled before it inside the country only, if it still is one then.
func (p plan) withoutPrefix(number string) string {
	for rule := range strings.SplitSeq(p.prefixes, " ") {
		stripped, found := applied(rule, number)
		switch {
		case !found:
			continue
		case p.fits(number) && !p.fits(stripped):
			return number
		default:
			return stripped
		}
	}
	return number
}

// applied is the number by a rule for prefixes, if the rule is for it.
func applied(rule, number string) (string, bool) {
	words := strings.Split(rule, ":")
	shapeAt := func(place int) shape {
		number, _ := strconv.Atoi(words[place])
		return shape(number)
	}
	lead := shapeAt(0)
	if len(words) == 1 {
		end, found := lead.longest(number)
		return number[end:], found
	}
	kept, tail, ends, put := shapeAt(1), shapeAt(2), words[3] == "1", words[4]
	for start := len(number); start >= 0; start-- {
		if !lead.fits(number[:start]) {
			continue
		}
		for end := len(number); end >= start; end-- {
			if !kept.fits(number[start:end]) {
				continue
			}
			rest, found := tail.longest(number[end:])
			if found && (!ends || end+rest == len(number)) {
				return put + number[start:end] + number[end+rest:], true
			}
		}
	}
	return "", false
}
