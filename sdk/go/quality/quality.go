// Package quality is the data quality kit: ordinary functions from a raw value to a clean one, or to the defect it has.
//
// Each answers for one value and knows no path; a Checker adds the path and collects. They chain:
//
//	country := sdk.Then(&check, "country", address.Country.Required, quality.Country)
//	quantity := sdk.Then(&check, "quantity", line.Quantity.Required, quality.Between[uint32](1, 999))
//
//	mandatory fields, types   sdk.Text, sdk.Field          missing-field, empty-field, wrong-type
//	business rules            Checker.Rule, Ensure         the author's
//	plausibility              Between, Decimal.Between,    out-of-range, too-long
//	                          Length
//	dates                     Order.Parse                  not-a-date, ambiguous-date
//	date-times, time zones    Instant, Epoch.Parse,        not-a-datetime, missing-offset, unknown-zone,
//	                          Disambiguation.Local,        ambiguous-time, nonexistent-time, unknown-offset
//	                          InZone
//	money, other decimals     Decimal, Notation.Parse      not-a-decimal, too-many-decimals
//	currencies                CurrencyOf                   unknown-currency
//	countries                 Country                      unknown-country
//	phone numbers             Phone                        not-a-phone-number
//	e-mail addresses          Email                        not-an-email
//	article numbers           WithoutPrefix                wrong-sku
//	referential integrity     lookup.Rows.Known            the author's
//
// The tables behind it are plain sorted texts, searched in place: they cost an instance no start-up work.
package quality

import (
	"cmp"
	"fmt"
	"unicode/utf8"

	"gantry/sdk"
)

// Ensure is a rule of the business: nil when it holds. The text is formatted as by fmt.Sprintf.
func Ensure(holds bool, code, format string, args ...any) error {
	if holds {
		return nil
	}
	return &sdk.Defect{Code: code, Text: fmt.Sprintf(format, args...)}
}

// Between is plausibility: it passes a value from `low` to `high`, both included; else `out-of-range`.
func Between[T cmp.Ordered](low, high T) func(T) (T, error) {
	return func(value T) (T, error) {
		if value < low || value > high {
			return value, sdk.NewDefect("out-of-range", "%v is outside the plausible range from %v to %v", value, low, high)
		}
		return value, nil
	}
}

// Length passes a text of at most `limit` characters (not bytes), else `too-long`: what an ERP's column can hold.
func Length(limit int) func(string) (string, error) {
	return func(text string) (string, error) {
		if len(text) > limit {
			if count := utf8.RuneCountInString(text); count > limit {
				return text, sdk.NewDefect("too-long", "%d characters, %d fit", count, limit)
			}
		}
		return text, nil
	}
}
