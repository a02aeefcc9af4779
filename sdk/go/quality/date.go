package quality

import (
	"strings"
	"time"

	"gantry/sdk"
)

// Date is a day of the calendar; make it with Order.Parse or DateOf. It is written, to JSON too, as `2026-03-09`.
type Date struct{ year, month, day int }

// DateOf is the day of this year, month and day, if there is one.
func DateOf(year, month, day int) (Date, bool) {
	date := Date{year, month, day}
	isInRange := year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1
	return date, isInRange && day <= daysIn(year, month)
}

func daysIn(year, month int) int {
	isLeap := year%4 == 0 && (year%100 != 0 || year%400 == 0)
	if month == 2 && isLeap {
		return 29
	}
	return int("\x1f\x1c\x1f\x1e\x1f\x1e\x1f\x1f\x1e\x1f\x1e\x1f"[month-1])
}

// Time is the beginning of the day in UTC, for reckoning with package time.
func (d Date) Time() time.Time {
	return time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC)
}

// Before says whether d is an earlier day than other.
func (d Date) Before(other Date) bool {
	if d.year != other.year {
		return d.year < other.year
	}
	return d.month*100+d.day < other.month*100+other.day
}

// String is the date by ISO 8601.
func (d Date) String() string {
	text, _ := d.MarshalText()
	return string(text)
}

// MarshalText writes the date by ISO 8601.
func (d Date) MarshalText() ([]byte, error) {
	digit := func(number, place int) byte { return '0' + byte(number/place%10) }
	return []byte{
		digit(d.year, 1000), digit(d.year, 100), digit(d.year, 10), digit(d.year, 1), '-',
		digit(d.month, 10), digit(d.month, 1), '-',
		digit(d.day, 10), digit(d.day, 1),
	}, nil
}

// Order is what comes first in `03/09/2026`. As a setting it is "undeclared", "day_first" or "month_first".
type Order byte

const (
	// Undeclared: nobody said. Dates that can be read only one way pass (`25/12/2026`); others are an `ambiguous-date`.
	Undeclared Order = iota
	// DayFirst is 3 September, as in Europe.
	DayFirst
	// MonthFirst is 9 March, as in the United States.
	MonthFirst
)

// UnmarshalText reads an order's name, for settings.
func (o *Order) UnmarshalText(text []byte) error {
	return oneOf((*byte)(o), string(text), "undeclared", "day_first", "month_first")
}

// Parse is the date a text stands for:
//
//	ISO 8601, RFC 3339; the date as written, whatever the offset   2026-03-09, 20260309, 2026-03-09T23:59:59+02:00
//	year first                                                     2026/3/9, 2026.03.09
//	points: day first, always                                      9.3.2026, 09.03.2026
//	slashes or dashes: by the declared order                       9/3/2026, 03-09-2026
//	names of months in English, German, French or Spanish          9 March 2026, Mar 9, 2026, 9. März 2026
//
// Years have four digits: `09.03.26` is `not-a-date`, since nobody can tell which century it means.
func (o Order) Parse(text string) (Date, error) {
	trimmed := strings.TrimSpace(text)
	if date, ok := isoDate(trimmed); ok {
		return date, nil
	}
	if strings.ContainsFunc(trimmed, isLetterOrForeign) {
		if date, ok := namedDate(trimmed); ok {
			return date, nil
		}
		return Date{}, notADate(text)
	}
	return o.numericDate(trimmed)
}

func isLetterOrForeign(char rune) bool {
	return 'a' <= char && char <= 'z' || 'A' <= char && char <= 'Z' || char >= 0x80
}

// isoDate reads `2026-03-09` or `20260309`, alone or before a time of day.
func isoDate(text string) (Date, bool) {
	if len(text) == 8 && isDigits(text) {
		return DateOf(number(text[:4]), number(text[4:6]), number(text[6:]))
	}
	if len(text) < 10 || text[4] != '-' || text[7] != '-' {
		return Date{}, false
	}
	year, month, day, rest := text[:4], text[5:7], text[8:10], text[10:]
	if !isDigits(year) || !isDigits(month) || !isDigits(day) || rest != "" && !isTime(rest) {
		return Date{}, false
	}
	return DateOf(number(year), number(month), number(day))
}

// numericDate reads `9.3.2026`, `2026/3/9`, `03/09/2026`.
func (o Order) numericDate(text string) (Date, error) {
	first, rest := digitRun(text)
	if rest == "" || !strings.Contains("./-", rest[:1]) {
		return Date{}, notADate(text)
	}
	mark := rest[:1]
	second, rest := digitRun(rest[1:])
	rest, isMarked := strings.CutPrefix(rest, mark)
	third, rest := digitRun(rest)
	if !isMarked || rest != "" && !isTime(rest) {
		return Date{}, notADate(text)
	}
	if len(first) == 4 && isShort(second) && isShort(third) {
		return found(text, number(first), number(second), number(third))
	}
	if !isShort(first) || !isShort(second) || len(third) != 4 {
		return Date{}, notADate(text)
	}
	return o.shortDate(text, mark, number(first), number(second), number(third))
}

// shortDate decides which of two numbers is the day.
func (o Order) shortDate(text, mark string, first, second, year int) (Date, error) {
	switch {
	case mark == "." || o == DayFirst:
		return found(text, year, second, first)
	case o == MonthFirst:
		return found(text, year, first, second)
	}
	dayFirst, isDayFirst := DateOf(year, second, first)
	monthFirst, isMonthFirst := DateOf(year, first, second)
	if isDayFirst && isMonthFirst && dayFirst != monthFirst {
		return Date{}, sdk.NewDefect("ambiguous-date",
			"`%s` is either %s or %s: declare which comes first", text, dayFirst, monthFirst)
	}
	if isDayFirst {
		return dayFirst, nil
	}
	return found(text, year, first, second)
}

func found(text string, year, month, day int) (Date, error) {
	date, ok := DateOf(year, month, day)
	if !ok {
		return Date{}, notADate(text)
	}
	return date, nil
}

func notADate(text string) error {
	return sdk.NewDefect("not-a-date", "`%s` is no date of a known spelling", text)
}
