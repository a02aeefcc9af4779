package main

import (
	"gantry/sdk"
	"gantry/sdk/quality"
)

// SalesOrder is the ERP's sales order, as it is sent. Amounts are JSON strings: a receiver that reads JSON numbers as
// floats would round them.
type SalesOrder struct {
	// What the ERP calls this kind of document.
	DocumentType string `json:"document_type"`
	// The shop's order number.
	ExternalNumber string `json:"external_number"`
	// The day it was ordered.
	OrderDate quality.Date `json:"order_date"`
	// The day the customer asked for.
	RequestedDate *quality.Date `json:"requested_date"`
	// The day it left, for orders of the past.
	ShippedDate *quality.Date `json:"shipped_date"`
	// The shop's customer number.
	CustomerNumber string `json:"customer_number"`
	// Where it goes.
	ShipTo ShipTo `json:"ship_to"`
	// ISO 4217.
	Currency quality.Currency `json:"currency"`
	// What was ordered.
	Lines []SalesLine `json:"lines"`
	// Sum of the lines.
	NetTotal quality.Decimal `json:"net_total"`
	// Cost of freight.
	Freight quality.Decimal `json:"freight"`
	// Lines and freight.
	Total quality.Decimal `json:"total"`
}

// ShipTo is where an order goes.
type ShipTo struct {
	// Person or company.
	Name string `json:"name"`
	// Street and house number.
	Street string `json:"street"`
	// Not every country has them.
	PostalCode *string `json:"postal_code"`
	City       string  `json:"city"`
	// State or province.
	Region *string `json:"region"`
	// ISO 3166 alpha-2.
	Country string `json:"country"`
}

// SalesLine is one line of an order.
type SalesLine struct {
	// 10, 20, 30 …
	Position int `json:"position"`
	// The ERP's article number.
	Item string `json:"item"`
	// What the table of products calls it.
	Description *string `json:"description"`
	Quantity    uint32  `json:"quantity"`
	// Price of one, before the discount.
	UnitPrice quality.Decimal `json:"unit_price"`
	// 0 to 100.
	DiscountPercent quality.Decimal `json:"discount_percent"`
	// Price of all, after the discount.
	Amount quality.Decimal `json:"amount"`
}

// Product is what the plugin takes of a row of the table of products: its name, by one of the columns that usually hold
// it.
type Product struct {
	Name        *string `json:"name"`
	Description *string `json:"description"`
	ProductName *string `json:"ProductName"`
}

// name is the product's name, nil where the row has none, or where there is no row.
func (p *Product) name() *string {
	switch {
	case p == nil:
		return nil
	case p.Name != nil:
		return p.Name
	case p.Description != nil:
		return p.Description
	default:
		return p.ProductName
	}
}

// netTotal is the sum of the lines.
func netTotal(lines []SalesLine) (quality.Decimal, error) {
	var sum quality.Decimal
	for _, line := range lines {
		var err error
		if sum, err = sum.Add(line.Amount); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// Output is the order as a message; a repetition of the same order number is recognised by its idempotency key.
func (o *SalesOrder) Output() sdk.Output {
	return sdk.Output{Payload: sdk.JSON(o), IdempotencyKey: sdk.IdempotencyKey("order-" + o.ExternalNumber)}
}
