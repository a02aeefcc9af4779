package quality

import "strings"

// months are folded names in English, German, French and Spanish, a month a line.
const months = `january januar jaenner janner janvier enero
february februar fevrier febrero
march marz maerz mars marzo mrz
april avril abril
may mai mayo
june juni juin junio
july juli juillet julio
august aout agosto
september septembre septiembre setiembre sept
october oktober octobre octubre
november novembre noviembre
december dezember decembre diciembre
`

// monthOf is the month that a word names: a beginning of one of its names, at least three letters long. A beginning
// that two months share names none (`jui`).
func monthOf(word string) (month int, ok bool) {
	folded := Fold(word)
	if len(folded) < 3 {
		return 0, false
	}
	number := 0
	for names := range strings.Lines(months) {
		number++
		if !strings.HasPrefix(names, folded) && !strings.Contains(names, " "+folded) {
			continue
		}
		if ok {
			return 0, false
		}
		month, ok = number, true
	}
	return month, ok
}

// namedDate reads `9 March 2026`, `March 9, 2026`, `9. März 2026`, `Mon, 09 Mar 2026 10:00:00 +0100`. The day of the week
// isn't checked against the date.
func namedDate(text string) (Date, bool) {
	if weekday, rest, found := strings.Cut(text, ","); found && !strings.ContainsFunc(weekday, isNoLetter) {
		text = rest
	}
	first, text := nextWord(text)
	second, text := nextWordBut(text)
	year, rest := nextWordBut(text)
	day, isDay := dayOf(first)
	monthName := second
	if !isDay {
		day, isDay = dayOf(second)
		monthName = first
	}
	month, isMonth := monthOf(monthName)
	rest = strings.TrimRight(rest, " \u00a0")
	if !isDay || !isMonth || len(year) != 4 || !isDigits(year) || rest != "" && !isTime(rest) {
		return Date{}, false
	}
	return DateOf(number(year), month, day)
}

func isNoLetter(char rune) bool {
	return char != '.' && !isLetterOrForeign(char)
}

const wordMarks = " ,.-\u00a0"

func nextWord(text string) (word, rest string) {
	text = strings.TrimLeft(text, wordMarks)
	end := strings.IndexAny(text, wordMarks)
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:]
}

// nextWordBut is the next word that isn't the `of` in `9 of March`.
func nextWordBut(text string) (word, rest string) {
	word, rest = nextWord(text)
	if word == "de" || word == "del" || word == "of" {
		return nextWord(rest)
	}
	return word, rest
}

// dayOf reads `9`, `09`, `9th`, `1er`.
func dayOf(word string) (day int, ok bool) {
	digits, ending := digitRun(word)
	switch ending {
	case "", "st", "nd", "rd", "th", "er", "º", "°":
		return number(digits), isShort(digits)
	default:
		return 0, false
	}
}

// isTime is true for a time of day as it follows a date: `T10:15`, ` 10:15:00.123`, `T10:15:00Z`, `T10:15:00+01:00`. It
// is checked, so that rubbish isn't taken for a date, and then left out.
func isTime(text string) bool {
	if !strings.Contains("Tt ", text[:1]) {
		return false
	}
	hours, text := digitRun(text[1:])
	text, hasMinutes := strings.CutPrefix(text, ":")
	minutes, text := digitRun(text)
	if !hasMinutes || !isPair(hours, 24) || !isPair(minutes, 60) {
		return false
	}
	text, hasSeconds := strings.CutPrefix(text, ":")
	if !hasSeconds {
		return isZone(text)
	}
	seconds, text := digitRun(text)
	if !isPair(seconds, 61) {
		return false
	}
	if text != "" && (text[0] == '.' || text[0] == ',') {
		fraction, rest := digitRun(text[1:])
		return fraction != "" && isZone(rest)
	}
	return isZone(text)
}

func isZone(text string) bool {
	if rest, found := strings.CutPrefix(text, " "); found {
		return rest != "" && isZone(rest)
	}
	if text != "" && (text[0] == '+' || text[0] == '-') {
		offset := text[1:]
		isOffset := func(char rune) bool { return char != ':' && (char < '0' || char > '9') }
		return (len(offset) == 2 || len(offset) == 4 || len(offset) == 5) && !strings.ContainsFunc(offset, isOffset)
	}
	return text == "" || text == "Z" || text == "z" || text == "UTC" || text == "GMT"
}

// isPair is true for two digits that stand for a number below the limit.
func isPair(digits string, limit int) bool { return len(digits) == 2 && number(digits) < limit }

// isShort is true for a day or a month: one digit or two.
func isShort(digits string) bool { return len(digits) == 1 || len(digits) == 2 }

// digitRun are the digits that a text begins with, and what follows.
func digitRun(text string) (digits, rest string) {
	end := 0
	for end < len(text) && '0' <= text[end] && text[end] <= '9' {
		end++
	}
	return text[:end], text[end:]
}

func isDigits(text string) bool {
	digits, rest := digitRun(text)
	return digits != "" && rest == ""
}

// number is the value of up to nine digits.
func number(digits string) (value int) {
	for _, digit := range digits {
		value = value*10 + int(digit-'0')
	}
	return value
}
