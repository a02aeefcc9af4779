package quality

import (
	"strings"
	"unicode"

	"gantry/sdk"
)

// Lengths by RFC 5321, in bytes.
const (
	longestLocalPart = 64
	longestDomain    = 254
	longestLabel     = 63
)

// Email is the bare address in lower case: `Erika Mustermann <Erika@Example.COM>` → `erika@example.com`; a `mailto:`
// before it goes too. The part before the `@` is lowered as well: no mail system in use tells `Erika@` from `erika@`,
// and people type both.
//
// An address is what RFC 5321 allows without quotes, comments and numbers for domains; letters beyond ASCII may stand
// on both sides, and the domain has at least two labels. Anything else is `not-an-email`. Whether somebody reads it is
// another question.
func Email(text string) (string, error) {
	bare := strings.TrimPrefix(strings.TrimSpace(text), "mailto:")
	if rest, found := strings.CutSuffix(bare, ">"); found {
		if at := strings.LastIndexByte(rest, '<'); at >= 0 {
			bare = rest[at+1:]
		}
	}
	local, domain, found := strings.Cut(bare, "@")
	if !found || !isLocalPart(local) || !isDomain(domain) {
		return "", sdk.NewDefect("not-an-email", "`%s` is no e-mail address", text)
	}
	return strings.ToLower(bare), nil
}

func isLocalPart(text string) bool {
	if len(text) > longestLocalPart {
		return false
	}
	for atom := range strings.SplitSeq(text, ".") {
		if !isAtom(atom) {
			return false
		}
	}
	return true
}

func isDomain(text string) bool {
	if len(text) > longestDomain || !strings.Contains(text, ".") {
		return false
	}
	for label := range strings.SplitSeq(text, ".") {
		isWhole := !strings.HasPrefix(label, "-") && !strings.HasSuffix(label, "-")
		if len(label) > longestLabel || !isWhole || !isAtom(label) {
			return false
		}
	}
	return true
}

func isAtom(text string) bool {
	isForeign := func(char rune) bool {
		return !unicode.IsLetter(char) && !unicode.IsNumber(char) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", char)
	}
	return text != "" && !strings.ContainsFunc(text, isForeign)
}
