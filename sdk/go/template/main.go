// Plugin {{name}} turns a contact into a debtor.
package main

import (
	"gantry/sdk"
	"gantry/sdk/quality"
)

// Settings are what a flow may set; plugin.toml holds the schema.
type Settings struct {
	// The country of a contact that names none.
	DefaultCountry string `json:"default_country"`
}

// Check holds the settings against rules that the schema can't say.
func (s *Settings) Check(check *sdk.Checker) {
	if s.DefaultCountry != "" {
		_, err := quality.Country(s.DefaultCountry)
		check.Report("default_country", err)
	}
}

// Contact is what comes in. Members that it doesn't name are ignored.
type Contact struct {
	Name    sdk.Text `json:"name"`
	Country sdk.Text `json:"country"`
	Email   sdk.Text `json:"email"`
}

// Debtor is what goes out.
type Debtor struct {
	Name    string `json:"name"`
	Country string `json:"country"`
	Email   string `json:"email"`
}

// Map is the mapping: every broken rule is reported, not only the first.
func Map(contact Contact, ctx *sdk.Context[Settings]) (sdk.Output, error) {
	country := contact.Country
	if given, err := country.Optional(); given == nil && err == nil && ctx.Settings.DefaultCountry != "" {
		country = sdk.TextOf(ctx.Settings.DefaultCountry)
	}
	check := new(sdk.Checker)
	debtor := Debtor{
		Name:    sdk.Get(check, "name", contact.Name.Required),
		Country: sdk.Then(check, "country", country.Required, quality.Country),
		Email:   sdk.Then(check, "email", contact.Email.Required, quality.Email),
	}
	if err := check.Finish(); err != nil {
		return sdk.Output{}, err
	}
	// The host makes the idempotency key. A key of the e-mail address alone would be that of the next change too, which the
	// target would drop: sdk.IdempotencyKey("debtor", debtor.Email, changedAt), if the data says when it changed.
	return sdk.Output{Payload: sdk.JSON(debtor)}, nil
}

func init() { sdk.Plugin(Map) }

func main() {}
