package quality

import (
	_ "embed"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Where the ten digits of each script begin, in hexadecimal.
//
//go:embed data/digits.txt
var zeros string

const longestPhoneText = 250

// phoneMarks are the characters that a number may have beside digits and letters, each kind behind its mark; capitals
// stand for the letters beyond ASCII that call an extension one.
var phoneMarks = [...]string{
	"++＋", "--‐‑‒–—―−ー－", "//／", "..．", "  \u00a0", "~~～", "##＃", "(()（）[]［］⁓∼\u00ad\u200b\u2060\u3000",
	"DдД", "OоО", "BбБ", "AóÓ", "EｅＥ", "XｘＸ", "TｔＴ", "NｎＮ", "IｉＩ",
	"**", ",,", ";;", "::", "==", "\t\t", "\\\\",
}

const (
	phoneDigits      = "0123456789"
	phoneLetters     = "abcdefghijklmnopqrstuvwxyz"
	phoneKeys        = "22233344455566677778889999"
	phoneContext     = ";phone-context="
	unwantedEnd      = "+-/. ~(*,;:=\t\\!"
	phonePunctuation = "-x (./~*"
)

// What precedes an extension; a longer label before those that it ends with.
var (
	extensionLabels = []string{
		"extension", "xtension", "extensio", "xtensio", "extensiAn", "xtensiAn", "extensiA", "xtensiA",
		"extn", "xtn", "ext", "xt", "EXTN", "XTN", "EXT", "XT", "anexo", "DOB",
	}
	shortExtensionLabels = []string{"int", "INT", "x", "X", "#", "~"}
)

// numberIn is the number in a text, without its extension, as a plus, digits, letters and marks.
func numberIn(text string) (string, bool) {
	marks, written := make([]byte, 0, longestPhoneText), make([]byte, 0, longestPhoneText)
	for _, char := range text {
		if len(marks) == longestPhoneText {
			return "", false
		}
		marks, written = append(marks, markOf(char)), append(written, byte(min(char, utf8.RuneSelf)))
	}
	number, found := located(string(marks), string(written))
	if !found || !isViable(number) {
		return "", false
	}
	if start, found := extensionStart(number); found && isViable(number[:start]) {
		return number[:start], true
	}
	return number, true
}

// digitsOf are the digits of a number; three letters or more are those of the keys of a telephone.
func digitsOf(number string) string {
	isLetter := func(char rune) bool { return strings.ContainsRune(phoneLetters, char) }
	isSpelled := len(number)-len(strings.Map(func(char rune) rune {
		if isLetter(char) {
			return -1
		}
		return char
	}, number)) >= 3
	return strings.Map(func(char rune) rune {
		switch {
		case isSpelled && isLetter(char):
			return rune(phoneKeys[char-'a'])
		case '0' <= char && char <= '9':
			return char
		default:
			return -1
		}
	}, number)
}

func markOf(char rune) byte {
	switch {
	case '0' <= char && char <= '9', 'a' <= char && char <= 'z':
		return byte(char)
	case 'A' <= char && char <= 'Z':
		return byte(char) + 'a' - 'A'
	}
	for _, kind := range phoneMarks {
		if strings.ContainsRune(kind[1:], char) {
			return kind[0]
		}
	}
	for line := range strings.Lines(zeros) {
		zero, _ := strconv.ParseInt(strings.TrimSuffix(line, "\n"), 16, 32)
		if digit := int64(char) - zero; digit >= 0 && digit < 10 {
			return '0' + byte(digit)
		}
	}
	if isAlphanumeric(char) {
		return '?'
	}
	return '!'
}

// located is the number from its first digit or plus to its last letter or digit; of a link, in its context.
// What was written has a byte for each character, as the text of marks.
func located(text, written string) (number string, found bool) {
	if front, parameters, isLink := strings.Cut(text, phoneContext); isLink {
		number, found = inContext(front, parameters)
	} else if start := strings.IndexAny(text, "+"+phoneDigits); start >= 0 {
		number, found = strings.TrimRight(text[start:], unwantedEnd), true
		number = number[:second(written[start:start+len(number)])]
	}
	if address := strings.Index(number, ";isub="); address > 0 {
		number = number[:address]
	}
	return number, found
}

func inContext(front, parameters string) (string, bool) {
	context, _, _ := strings.Cut(parameters, ";")
	if _, number, hasScheme := strings.Cut(front, "tel:"); hasScheme {
		front = number
	}
	if digits, isGlobal := strings.CutPrefix(context, "+"); isGlobal {
		isValid := strings.Trim(digits, phoneDigits+"-.(") == "" && strings.ContainsAny(digits, phoneDigits)
		return context + front, isValid
	}
	return front, isDomainName(strings.TrimSuffix(context, "."))
}

func isDomainName(text string) bool {
	labels := strings.Split(text, ".")
	for _, label := range labels {
		isWhole := label != "" && strings.Trim(label, "-") == label
		if !isWhole || strings.Trim(label, phoneLetters+phoneDigits+"-") != "" {
			return false
		}
	}
	return strings.Contains(phoneLetters, labels[len(labels)-1][:1])
}

// second is where a second number begins, `… x302/x2303`, or the text ends. It is called so with a small letter only.
func second(written string) int {
	for i := range len(written) {
		isMark := written[i] == '/' || written[i] == '\\'
		if isMark && strings.HasPrefix(strings.TrimLeft(written[i+1:], " "), "x") {
			return i
		}
	}
	return len(written)
}

// isViable says whether it is made like a number: two digits, or three and more with marks among them and letters behind.
func isViable(number string) bool {
	if isPlainNumber(number) {
		return true
	}
	start, found := extensionStart(number)
	return found && isPlainNumber(number[:start])
}

func isPlainNumber(number string) bool {
	if len(number) == 2 && isDigits(number) {
		return true
	}
	count := 0
	for _, char := range strings.TrimLeft(number, "+") {
		switch {
		case '0' <= char && char <= '9':
			count++
		case strings.ContainsRune(phonePunctuation, char), count >= 3 && 'a' <= char && char <= 'z':
		default:
			return false
		}
	}
	return count >= 3
}

// extensionStart is where the extension begins, with the blanks before it.
func extensionStart(number string) (start int, found bool) {
	rest, hasHash := strings.CutSuffix(number, "#")
	front := strings.TrimRight(rest, phoneDigits)
	count := len(rest) - len(front)
	if count == 0 {
		return 0, false
	}
	start = len(number)
	consider := func(text, blanks string, most int) {
		if count <= most {
			start = min(start, len(strings.TrimRight(text, blanks)))
		}
	}
	bare := strings.TrimRight(front, " \t,-")
	label := bare
	if strings.HasSuffix(bare, ":") || strings.HasSuffix(bare, ".") {
		label = bare[:len(bare)-1]
	}
	if before, isParameter := strings.CutSuffix(front, ";ext="); isParameter && !hasHash {
		consider(before, "", 20)
	}
	if before, isLabelled := cutLabel(label, extensionLabels); isLabelled {
		consider(before, " \t,", 20)
	}
	if before, isLabelled := cutLabel(label, shortExtensionLabels); isLabelled {
		consider(before, " \t,", 9)
	}
	if hasHash && strings.TrimRight(front, "- ") != front {
		consider(front, "- ", 6)
	}
	if before, isPause := strings.CutSuffix(label, ";"); isPause {
		consider(before, " \t", 15)
	}
	if at := strings.Index(front[len(bare):], ",,"); at >= 0 {
		consider(front[:len(bare)+at], " \t", 15)
	}
	if at := strings.Index(front[len(bare):], ","); at >= 0 {
		consider(front[:len(bare)+at], " \t", 9)
	}
	return start, start < len(number)
}

func cutLabel(text string, labels []string) (before string, found bool) {
	for _, label := range labels {
		if before, found = strings.CutSuffix(text, label); found {
			return before, true
		}
	}
	return text, false
}
