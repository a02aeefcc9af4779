package main

import (
	"gantry/sdk"
	"gantry/sdk/quality"
)

// Settings are what a flow may set; plugin.toml holds the schema.
type Settings struct {
	// The shape of the input.
	Input Input `json:"input"`
	// What the shop writes before the article number.
	SKUPrefix string `json:"sku_prefix"`
	// What comes first in `03/09/2026`.
	Dates quality.Order `json:"dates"`
	// The currency of an order that names none.
	DefaultCurrency *quality.Currency `json:"default_currency"`
	// How far a stated total may be from the computed one.
	TotalTolerance quality.Decimal `json:"total_tolerance"`
	// The largest plausible quantity of one line.
	MaxQuantity uint32 `json:"max_quantity"`
}

// Defaults are what holds where a flow sets nothing.
func (s *Settings) Defaults() {
	s.SKUPrefix = "PROD-"
	s.TotalTolerance = quality.NewDecimal(1, 2)
	s.MaxQuantity = 10_000
}

// Input is the shape of the input.
type Input byte

const (
	// Shop is a shop's JSON.
	Shop Input = iota
	// Northwind are rows of the Northwind sample database, grouped by order.
	Northwind
)

// UnmarshalText reads a shape's name.
func (i *Input) UnmarshalText(text []byte) error {
	switch string(text) {
	case "shop":
		*i = Shop
	case "northwind":
		*i = Northwind
	default:
		return sdk.NewDefect("wrong-value", "`%s` is neither shop nor northwind", text)
	}
	return nil
}
