package main

import (
	"errors"
	"time"

	"gantry/sdk"
	"gantry/sdk/quality"
)

// Vector is a text that every SDK makes the same of, with what else its function takes.
type Vector struct {
	Text           string                 `json:"text"`
	Country        string                 `json:"country"`
	Order          quality.Order          `json:"order"`
	Notation       quality.Notation       `json:"notation"`
	Unit           quality.Epoch          `json:"unit"`
	Zone           string                 `json:"zone"`
	Disambiguation quality.Disambiguation `json:"disambiguation"`
}

// quality is the value of each vector, or the code of its defect.
func (c *Command) quality() ([]sdk.Output, error) {
	answers := make([]string, len(c.Vectors))
	for i, vector := range c.Vectors {
		value, err := vector.answer(c.Kind)
		var defect *sdk.Defect
		if errors.As(err, &defect) {
			value = defect.Code
		}
		answers[i] = value
	}
	return answer(map[string][]string{"answers": answers})
}

func (v Vector) answer(kind string) (string, error) {
	switch kind {
	case "phones":
		return quality.Phone(v.Country)(v.Text)
	case "emails":
		return quality.Email(v.Text)
	case "dates":
		date, err := v.Order.Parse(v.Text)
		return date.String(), err
	case "decimals":
		number, err := v.Notation.Parse(v.Text)
		return number.String(), err
	case "countries":
		return quality.Country(v.Text)
	case "currencies":
		currency, err := quality.CurrencyOf(v.Text)
		return currency.Code(), err
	case "instants":
		return written(quality.Instant(v.Text))
	case "epochs":
		return written(v.Unit.Parse(v.Text))
	case "zoned-times":
		instant, err := quality.Instant(v.Text)
		if err != nil {
			return "", err
		}
		return quality.InZone(v.Zone)(instant)
	default:
		return written(v.Disambiguation.Local(v.Zone)(v.Text))
	}
}

func written(instant time.Time, err error) (string, error) { return quality.InstantText(instant), err }
