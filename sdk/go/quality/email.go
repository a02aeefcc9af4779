package quality

import (
	"strings"
	"unicode"

	"gantry/sdk"
)

// Lengths by RFC 5321, in bytes.
const (
	longestAddress   = 254
	longestLocalPart = 64
	longestLabel     = 63
)

// noLetters are blocks of Unicode without letters: blanks, punctuation, symbols, private use.
var noLetters = [...][2]rune{
	{0x80, 0xA9}, {0xAB, 0xB4}, {0xB6, 0xB9}, {0xBB, 0xBF}, {0xD7, 0xD7}, {0xF7, 0xF7}, {0x1680, 0x1680},
	{0x2000, 0x2BFF}, {0x2E00, 0x2E7F}, {0x3000, 0x3004}, {0x3008, 0x3020}, {0x3030, 0x3030}, {0xD800, 0xF8FF},
	{0xFE10, 0xFE6F}, {0xFEFF, 0xFF0F}, {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF},
	{0x1F000, 0x1FAFF}, {0xE0000, unicode.MaxRune},
}

// Email is the bare address in lower case: `Erika Mustermann <Erika@Example.COM>` → `erika@example.com`; a `mailto:`
// before it goes too. The part before the `@` is lowered as well: no mail system in use tells `Erika@` from `erika@`,
// and people type both.
//
// An address is what RFC 5321 allows, a quoted local part included, with letters of any script on both sides (RFC 6531).
// The domain has two labels or more and isn't an IP address. Anything else is `not-an-email`. Whether somebody reads it
// is another question.
func Email(text string) (string, error) {
	bare := bareAddress(text)
	at := strings.LastIndexByte(bare, '@')
	if at < 0 || len(bare) > longestAddress || !isLocalPart(bare[:at]) || !isDomain(bare[at+1:]) {
		return "", sdk.NewDefect("not-an-email", "`%s` is no e-mail address", text)
	}
	return strings.Map(unicode.ToLower, bare), nil
}

// bareAddress is the address without `mailto:`, and without a name before angle brackets.
func bareAddress(text string) string {
	const scheme = "mailto:"
	bare := strings.TrimSpace(text)
	if len(bare) >= len(scheme) && strings.EqualFold(bare[:len(scheme)], scheme) {
		bare = bare[len(scheme):]
	}
	if rest, found := strings.CutSuffix(bare, ">"); found {
		if at := strings.LastIndexByte(rest, '<'); at >= 0 {
			return rest[at+1:]
		}
	}
	return bare
}

func isLocalPart(text string) bool {
	if len(text) > longestLocalPart {
		return false
	}
	if rest, isQuoted := strings.CutPrefix(text, `"`); isQuoted {
		inside, isClosed := strings.CutSuffix(rest, `"`)
		return isClosed && isQuotable(inside)
	}
	for atom := range strings.SplitSeq(text, ".") {
		if atom == "" || strings.ContainsFunc(atom, isNotOfAtom) {
			return false
		}
	}
	return true
}

// isQuotable says whether this may stand between quotes: printable characters, and any of them behind a backslash.
func isQuotable(text string) bool {
	isEscaped := false
	for _, char := range text {
		isPrintable := ' ' <= char && char <= '~'
		switch {
		case isEscaped && isPrintable:
			isEscaped = false
		case isEscaped, char == '"', !isPrintable && !isForeignLetter(char):
			return false
		default:
			isEscaped = char == '\\'
		}
	}
	return text != "" && !isEscaped
}

func isDomain(text string) bool {
	labels := strings.Split(text, ".")
	if len(labels) < 2 || isDigits(labels[len(labels)-1]) {
		return false
	}
	for _, label := range labels {
		isWhole := label != "" && strings.Trim(label, "-") == label
		if !isWhole || len(label) > longestLabel || strings.ContainsFunc(label, isNotOfLabel) {
			return false
		}
	}
	return true
}

func isNotOfAtom(char rune) bool {
	return !isASCIIAlphanumeric(char) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", char) && !isForeignLetter(char)
}

func isNotOfLabel(char rune) bool {
	return !isASCIIAlphanumeric(char) && char != '-' && !isForeignLetter(char)
}

func isASCIIAlphanumeric(char rune) bool {
	return '0' <= char && char <= '9' || 'a' <= char && char <= 'z' || 'A' <= char && char <= 'Z'
}

func isForeignLetter(char rune) bool {
	for _, block := range noLetters {
		if block[0] <= char && char <= block[1] {
			return false
		}
	}
	return char >= 0x80
}
