package quality

import (
	"encoding/json"
	"os"
	"testing"
	"time"
)

// vector is one of sdk/quality/vectors: every SDK answers each of them alike.
type vector struct {
	Text, Country, Value, Code string
	Zone                       string
	Unit                       Epoch
	Disambiguation             Disambiguation
	Order                      Order
	Notation                   Notation
	Decimals                   int
}

func TestEveryVectorIsAnsweredAsInEverySDK(t *testing.T) {
	for kind, answer := range map[string]func(v vector) (string, error){
		"phones": func(v vector) (string, error) { return Phone(v.Country)(v.Text) },
		"emails": func(v vector) (string, error) { return Email(v.Text) },
		"dates": func(v vector) (string, error) {
			date, err := v.Order.Parse(v.Text)
			return date.String(), err
		},
		"decimals": func(v vector) (string, error) {
			number, err := v.Notation.Parse(v.Text)
			return number.String(), err
		},
		"countries": func(v vector) (string, error) { return Country(v.Text) },
		"currencies": func(v vector) (string, error) {
			currency, err := CurrencyOf(v.Text)
			if err == nil && currency.Decimals() != v.Decimals {
				t.Errorf("%+v: %d decimals", v, currency.Decimals())
			}
			return currency.Code(), err
		},
		"instants": func(v vector) (string, error) { return written(Instant(v.Text)) },
		"epochs":   func(v vector) (string, error) { return written(v.Unit.Parse(v.Text)) },
		"zoned-times": func(v vector) (string, error) {
			instant, err := Instant(v.Text)
			if err != nil {
				t.Errorf("%+v: %v", v, err)
			}
			return InZone(v.Zone)(instant)
		},
		"local-times": func(v vector) (string, error) { return written(v.Disambiguation.Local(v.Zone)(v.Text)) },
	} {
		vectors := vectorsOf(t, kind)
		for _, v := range vectors {
			got, err := answer(v)
			if err != nil {
				got = ""
			}
			if code := codeOf(t, err); code != v.Code || got != v.Value {
				t.Errorf("%s: %+v: %q, %q", kind, v, got, code)
			}
		}
	}
}

func written(instant time.Time, err error) (string, error) { return InstantText(instant), err }

func vectorsOf(t *testing.T, kind string) []vector {
	t.Helper()
	if _, err := os.Stat("../../quality"); err != nil {
		t.Skip("the vectors are not copied with the SDK")
	}
	var file struct{ Vectors []vector }
	raw, err := os.ReadFile("../../quality/vectors/" + kind + ".json")
	if err == nil {
		err = json.Unmarshal(raw, &file)
	}
	if err != nil || len(file.Vectors) < 100 {
		t.Fatalf("%s: %d vectors, %v", kind, len(file.Vectors), err)
	}
	return file.Vectors
}
