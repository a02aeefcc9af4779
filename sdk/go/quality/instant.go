package quality

import (
	"strconv"
	"strings"
	"time"

	"gantry/sdk"
)

// Instant is the point in time that a date-time with an offset stands for, by RFC 3339 or ISO 8601:
// `2026-03-09T10:15:00.123+01:00`, `2026-03-09 09:15Z`, `20260309T091500Z`. One without an offset is `missing-offset`,
// anything else `not-a-datetime`.
//
// Years are 1 to 9999; digits beyond nanoseconds are dropped; a 60th second is the first of the next minute.
func Instant(text string) (time.Time, error) {
	local, hasOffset, ok := clockTime(text)
	switch {
	case !ok:
		return time.Time{}, notADatetime(text)
	case !hasOffset:
		return time.Time{}, sdk.NewDefect("missing-offset", "`%s` doesn't say how far it is from UTC", text)
	}
	return withinYears(local, text)
}

// Epoch is what a number since 1970 counts. As a setting it is "seconds" or "millis".
type Epoch byte

const (
	// Seconds since 1970 began.
	Seconds Epoch = iota
	// Millis are milliseconds since 1970 began.
	Millis
)

// UnmarshalText reads a unit's name, for settings.
func (e *Epoch) UnmarshalText(text []byte) error {
	return oneOf((*byte)(e), string(text), "seconds", "millis")
}

// Parse is the instant so many seconds or milliseconds after 1970 began, `1773047700.123`; anything else is
// `not-a-datetime`.
func (e Epoch) Parse(text string) (time.Time, error) {
	const longest = 15
	digits := strings.TrimSpace(text)
	sign := int64(1)
	if digits != "" && (digits[0] == '+' || digits[0] == '-') {
		if digits[0] == '-' {
			sign = -1
		}
		digits = digits[1:]
	}
	whole, fraction, hasPoint := strings.Cut(digits, ".")
	if !isDigits(whole) || len(whole) > longest || hasPoint && !isDigits(fraction) {
		return time.Time{}, notADatetime(text)
	}
	count, _ := strconv.ParseInt(whole, 10, 64)
	if e == Seconds {
		return withinYears(time.Unix(sign*count, sign*nanos(fraction)), text)
	}
	return withinYears(time.Unix(sign*(count/1000), sign*(count%1000*1e6+nanos(fraction)/1000)), text)
}

// Disambiguation is what to do with a local time that a clock shows twice, when it is put back, or never, when it is put
// forward. As a setting it is "reject", "compatible", "earlier" or "later".
type Disambiguation byte

const (
	// Reject: it is an `ambiguous-time` or a `nonexistent-time`.
	Reject Disambiguation = iota
	// Compatible: the first of two; the same time after a gap as before it, as most calendars do.
	Compatible
	// Earlier: the first of two; before a gap.
	Earlier
	// Later: the second of two; behind a gap.
	Later
)

// UnmarshalText reads a disambiguation's name, for settings.
func (d *Disambiguation) UnmarshalText(text []byte) error {
	return oneOf((*byte)(d), string(text), "reject", "compatible", "earlier", "later")
}

// Local is the instant at which clocks in the zone, `Europe/Berlin` say, show this date and time: `not-a-datetime`,
// `unknown-zone`, `ambiguous-time`, `nonexistent-time`; before 1970 `unknown-offset`. Zones are those of the tz database.
func (d Disambiguation) Local(zone string) func(text string) (time.Time, error) {
	return func(text string) (time.Time, error) {
		known, found := zoneOf(zone)
		if !found {
			return time.Time{}, unknownZone(zone)
		}
		local, hasOffset, ok := clockTime(text)
		if !ok || hasOffset {
			return time.Time{}, notADatetime(text)
		}
		readings := known.readings(local.Unix())
		if d == Reject && readings.count != 1 {
			code := "ambiguous-time"
			if readings.count == 0 {
				code = "nonexistent-time"
			}
			return time.Time{}, sdk.NewDefect(code, "`%s` is no time, or two, on the clocks of %s", text, zone)
		}
		seconds := readings.earlier
		if d == Later || d == Compatible && readings.count == 0 {
			seconds = readings.later
		}
		if seconds < 0 {
			return time.Time{}, unknownOffset(text, zone)
		}
		return withinYears(time.Unix(seconds, int64(local.Nanosecond())), text)
	}
}

// InZone is what clocks in the zone show, as RFC 3339: `2026-03-09T10:15:00+01:00`. `unknown-zone`; before 1970
// `unknown-offset`; where that is beyond the years, `not-a-datetime`.
func InZone(zone string) func(instant time.Time) (string, error) {
	return func(instant time.Time) (string, error) {
		known, found := zoneOf(zone)
		switch {
		case !found:
			return "", unknownZone(zone)
		case instant.Unix() < 0:
			return "", unknownOffset(InstantText(instant), zone)
		}
		offset := int(known.offset(instant.Unix()))
		local := instant.In(time.FixedZone("", offset))
		if local.Year() > 9999 {
			return "", notADatetime(InstantText(instant))
		}
		return local.Format("2006-01-02T15:04:05.999999999-07:00"), nil
	}
}

// InstantText is the instant as RFC 3339 in UTC, with as many digits of a second as it has: `2026-03-09T09:15:00.123Z`.
func InstantText(instant time.Time) string { return instant.UTC().Format(time.RFC3339Nano) }

// clockTime reads a date and a time of day, and brings them to UTC if an offset is behind them.
func clockTime(text string) (at time.Time, hasOffset, ok bool) {
	trimmed := strings.TrimSpace(text)
	date, clock, isExtended := extendedDate(trimmed)
	if !isExtended {
		date, clock, ok = basicDate(trimmed)
		if !ok {
			return at, false, false
		}
	}
	var parts [3]int
	count := 0
	for count < 3 {
		if count > 0 && isExtended {
			behind, isNext := strings.CutPrefix(clock, ":")
			if !isNext {
				break
			}
			clock = behind
		}
		if len(clock) < 2 || !isDigits(clock[:2]) {
			if isExtended || count < 2 {
				return at, false, false
			}
			break
		}
		parts[count], clock = number(clock[:2]), clock[2:]
		count++
	}
	fraction := ""
	if count == 3 && clock != "" && (clock[0] == '.' || clock[0] == ',') {
		if fraction, clock = digitRun(clock[1:]); fraction == "" {
			return at, false, false
		}
	}
	offset, hasOffset, ok := offsetOf(clock)
	if !ok || count < 2 || parts[0] > 23 || parts[1] > 59 || parts[2] > 60 {
		return at, false, false
	}
	day := date.Time()
	seconds := day.Unix() + int64(parts[0]*3600+parts[1]*60+parts[2]) - offset
	return time.Unix(seconds, nanos(fraction)).UTC(), hasOffset, true
}

func extendedDate(text string) (date Date, clock string, ok bool) {
	if len(text) < 11 || text[4] != '-' || text[7] != '-' || !strings.Contains("Tt ", text[10:11]) {
		return Date{}, "", false
	}
	return dateBefore(text[:4], text[5:7], text[8:10], text[11:])
}

func basicDate(text string) (date Date, clock string, ok bool) {
	if len(text) < 9 || text[8] != 'T' && text[8] != 't' {
		return Date{}, "", false
	}
	return dateBefore(text[:4], text[4:6], text[6:8], text[9:])
}

func dateBefore(year, month, day, clock string) (Date, string, bool) {
	if !isDigits(year) || !isDigits(month) || !isDigits(day) {
		return Date{}, "", false
	}
	date, ok := DateOf(number(year), number(month), number(day))
	return date, clock, ok
}

// offsetOf reads what may be behind a time: nothing, `Z`, `+01:00`, `+0100`, `+01`; in seconds.
func offsetOf(text string) (seconds int64, found, ok bool) {
	if text == "" {
		return 0, false, true
	}
	name := strings.TrimLeft(text, " ")
	switch name {
	case "Z", "z", "UTC", "GMT":
		return 0, true, true
	case "":
		return 0, false, false
	}
	digits := name[1:]
	if len(digits) == 5 && digits[2] == ':' {
		digits = digits[:2] + digits[3:]
	}
	if name[0] != '+' && name[0] != '-' || len(digits) != 2 && len(digits) != 4 || !isDigits(digits) {
		return 0, false, false
	}
	hours, minutes := number(digits[:2]), 0
	if len(digits) == 4 {
		minutes = number(digits[2:])
	}
	seconds = int64(hours*60+minutes) * 60
	if name[0] == '-' {
		seconds = -seconds
	}
	return seconds, true, hours <= 23 && minutes <= 59
}

// nanos are the digits behind the point of a second.
func nanos(fraction string) int64 {
	digits, _ := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
	return digits
}

func withinYears(instant time.Time, text string) (time.Time, error) {
	instant = instant.UTC()
	if instant.Year() < 1 || instant.Year() > 9999 {
		return time.Time{}, notADatetime(text)
	}
	return instant, nil
}

func notADatetime(text string) error {
	return sdk.NewDefect("not-a-datetime", "`%s` is no date and time of a known spelling", text)
}

func unknownZone(zone string) error {
	return sdk.NewDefect("unknown-zone", "`%s` is no zone of the tz database", zone)
}

func unknownOffset(text, zone string) error {
	return sdk.NewDefect("unknown-offset", "`%s`: the clocks of %s are known from 1970 on", text, zone)
}
