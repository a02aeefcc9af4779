package quality

import (
	_ "embed"
	"strconv"
	"strings"
	"time"
)

// Time zones by the tz database. How they are written is said in `sdk/quality/README.md`.
//
//go:embed data/zones.txt
var zones string

const secondsOfDay = 24 * 60 * 60

// zone is when a zone's clocks are how far from UTC: the numbers of rules, and between them until when each applies.
type zone string

func zoneOf(name string) (zone, bool) {
	if name == "" || name[0] == '!' || name[0] == '=' {
		return "", false
	}
	number, found := find(zones, name)
	if !found {
		return "", false
	}
	history, found := find(zones, "="+number)
	return zone(history), found
}

// offset is in seconds, at this many seconds since 1970.
func (z zone) offset(seconds int64) int64 {
	rest := string(z)
	for {
		rule, behind, hasEnd := strings.Cut(rest, " ")
		until, following, _ := strings.Cut(behind, " ")
		if !hasEnd || seconds < minutes(until) {
			text, _ := find(zones, "!"+rule)
			return ruledOffset(text, seconds)
		}
		rest = following
	}
}

// readings is when clocks show a local time: at one instant, at two, or at none. Of none, earlier is what the clock would
// have shown if it had been put forward already, and later as if it had not been put forward yet.
type readings struct {
	count          int
	earlier, later int64
}

// readings is when the clocks show this many seconds since 1970 began on them.
func (z zone) readings(local int64) readings {
	// No two changes are less than two days apart.
	before, after := z.offset(local-secondsOfDay), z.offset(local+secondsOfDay)
	isBefore, isAfter := z.offset(local-before) == before, z.offset(local-after) == after
	switch {
	case before == after, isBefore && !isAfter:
		return readings{1, local - before, local - before}
	case isAfter && !isBefore:
		return readings{1, local - after, local - after}
	case isBefore:
		return readings{2, local - max(before, after), local - min(before, after)}
	default:
		return readings{0, local - max(before, after), local - min(before, after)}
	}
}

// minutes is a number of minutes in seconds.
func minutes(text string) int64 {
	number, _ := strconv.ParseInt(text, 10, 64)
	return number * 60
}

func ruledOffset(rule string, seconds int64) int64 {
	words := strings.Split(rule, ",")
	standard := minutes(words[0])
	if len(words) == 1 {
		return standard
	}
	daylight := minutes(words[1])
	year := time.Unix(seconds+standard, 0).UTC().Year()
	begins := clockChange(words[2], year) - standard
	ends := clockChange(words[3], year) - daylight
	isSummer := begins <= seconds && seconds < ends
	if ends < begins {
		isSummer = !(ends <= seconds && seconds < begins)
	}
	if isSummer {
		return daylight
	}
	return standard
}

// clockChange is when the clocks are changed in a year, in seconds of the wall clock: month, week, weekday and minutes.
func clockChange(text string, year int) int64 {
	date, clock, _ := strings.Cut(text, "/")
	month, date := cutPoint(date)
	week, weekday := cutPoint(date)
	first := time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC)
	days, _ := strconv.Atoi(weekday)
	day := 1 + (days-int(first.Weekday())+7)%7 + 7*(week-1)
	for day > daysIn(year, month) {
		day -= 7
	}
	return first.Unix() + int64(day-1)*secondsOfDay + minutes(clock)
}

func cutPoint(text string) (number int, rest string) {
	word, rest, _ := strings.Cut(text, ".")
	number, _ = strconv.Atoi(word)
	return number, rest
}
