package quality

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold brings names to a form in which they can be compared: lower case letters and digits without accents. `Côte
// d'Ivoire` and `COTE D IVOIRE` become `cotedivoire`. Letters of other scripts stay, in lower case; `ß` is `ss`, and
// `ä`, `ö`, `ü` lose their dots.
//
// For comparing only: names are to be sent on as they came.
func Fold(text string) string {
	folded := make([]byte, 0, len(text))
	for _, char := range text {
		switch {
		case 'a' <= char && char <= 'z' || '0' <= char && char <= '9':
			folded = append(folded, byte(char))
		case 'A' <= char && char <= 'Z':
			folded = append(folded, byte(char)+'a'-'A')
		case char >= utf8.RuneSelf:
			folded = foldBeyondASCII(folded, char)
		}
	}
	return string(folded)
}

func foldBeyondASCII(folded []byte, char rune) []byte {
	char = unicode.ToLower(char)
	if char < utf8.RuneSelf {
		// İ and the Kelvin sign.
		return append(folded, byte(char))
	}
	if plain, found := plainLetter(char); found {
		return append(folded, plain...)
	}
	if isAlphanumeric(char) {
		return utf8.AppendRune(folded, char)
	}
	return folded
}

func isAlphanumeric(char rune) bool {
	return unicode.IsLetter(char) || unicode.IsNumber(char) || unicode.Is(unicode.Other_Alphabetic, char)
}

// plainLetters are Latin letters, each group behind what it is written as without accents.
const plainLetters = "a:àáâãäåāăą c:çćčċĉ d:ďđð e:èéêëēėęě g:ğģġĝ h:ħĥ i:ìíîïīįı k:ķ l:łľļĺ n:ñńňņ o:òóôõöøōő r:řŕ " +
	"s:śšşș σ:ς ss:ß t:ťţț u:ùúûüūůűų y:ýÿ z:źžż ae:æ oe:œ th:þ "

func plainLetter(char rune) (string, bool) {
	at := strings.IndexRune(plainLetters, char)
	if at < 0 {
		return "", false
	}
	group := plainLetters[strings.LastIndexByte(plainLetters[:at], ' ')+1:]
	plain, _, _ := strings.Cut(group, ":")
	return plain, true
}
