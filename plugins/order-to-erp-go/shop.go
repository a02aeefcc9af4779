package main

import (
	"gantry/sdk"
	"gantry/sdk/lookup"
	"gantry/sdk/quality"
)

// ShopOrder is an order as the shop writes it. Members that the mapping doesn't name are ignored.
//
//	{
//	  "order_number": "SO-1001", "ordered_at": "2026-03-09T10:15:00+01:00", "requested_delivery": "16.03.2026",
//	  "customer": {"number": "C-7", "name": "Müller & Söhne"},
//	  "shipping_address": {"street": "Obere Str. 57", "postal_code": "12209", "city": "Berlin", "country": "Deutschland"},
//	  "currency": "EUR",
//	  "lines": [{"sku": "PROD-12345", "quantity": 2, "unit_price": 19.99, "discount_percent": 10, "total": 35.98}],
//	  "freight": 4.90, "total": 40.88
//	}
type ShopOrder struct {
	OrderNumber       sdk.Text                   `json:"order_number"`
	OrderedAt         sdk.Text                   `json:"ordered_at"`
	RequestedDelivery sdk.Text                   `json:"requested_delivery"`
	Customer          ShopCustomer               `json:"customer"`
	ShippingAddress   ShopAddress                `json:"shipping_address"`
	Currency          sdk.Text                   `json:"currency"`
	Lines             []ShopLine                 `json:"lines"`
	Freight           sdk.Field[quality.Decimal] `json:"freight"`
	Total             sdk.Field[quality.Decimal] `json:"total"`
}

// ShopCustomer is who ordered.
type ShopCustomer struct {
	Number sdk.Text `json:"number"`
	Name   sdk.Text `json:"name"`
}

// ShopAddress is where an order goes.
type ShopAddress struct {
	// The customer's name unless given.
	Name       sdk.Text `json:"name"`
	Street     sdk.Text `json:"street"`
	PostalCode sdk.Text `json:"postal_code"`
	City       sdk.Text `json:"city"`
	Region     sdk.Text `json:"region"`
	Country    sdk.Text `json:"country"`
}

// ShopLine is one line of an order.
type ShopLine struct {
	SKU             sdk.Text                   `json:"sku"`
	Quantity        sdk.Field[uint32]          `json:"quantity"`
	UnitPrice       sdk.Field[quality.Decimal] `json:"unit_price"`
	DiscountPercent sdk.Field[quality.Decimal] `json:"discount_percent"`
	// Checked where the shop states it.
	Total sdk.Field[quality.Decimal] `json:"total"`
}

// usual holds amounts to two decimals, where a currency is unknown and reported.
var usual, _ = quality.CurrencyOf("EUR")

// MapShop is the shop's order as the ERP's.
func MapShop(order *ShopOrder, settings *Settings) (*SalesOrder, error) {
	check := new(sdk.Checker)
	skus := sdk.Each(check, "lines", order.Lines, func(_ int, line ShopLine) string {
		return sdk.Then(check, "sku", line.SKU.Required, quality.WithoutPrefix(settings.SKUPrefix))
	})
	products, err := lookup.Get[Product](productsTable, skus...)
	if err != nil {
		return nil, err
	}
	shop := shopMapping{check: check, order: order, settings: settings, skus: skus, products: products}
	sales := shop.salesOrder()
	shop.acrossFields(sales)
	return sales, check.Finish()
}

// shopMapping is what the parts of the mapping share.
type shopMapping struct {
	check    *sdk.Checker
	order    *ShopOrder
	settings *Settings
	skus     []string
	products lookup.Rows[Product]
	// nil where it is unknown.
	currency *quality.Currency
}

func (m *shopMapping) salesOrder() *SalesOrder {
	check, order, dates := m.check, m.order, m.settings.Dates
	m.currency = sdk.Get(check, "currency", m.readCurrency)
	currency := usual
	if m.currency != nil {
		currency = *m.currency
	}
	sales := &SalesOrder{DocumentType: "sales_order", Currency: currency, Lines: m.lines()}
	sales.ExternalNumber = sdk.Get(check, "order_number", order.OrderNumber.Required)
	sales.OrderDate = sdk.Then(check, "ordered_at", order.OrderedAt.Required, dates.Parse)
	sales.RequestedDate = sdk.IfAny(check, "requested_delivery", order.RequestedDelivery.Optional, dates.Parse)
	check.Within("customer", func() {
		sales.CustomerNumber = sdk.Get(check, "number", order.Customer.Number.Required)
	})
	check.Within("shipping_address", func() { sales.ShipTo = m.shipTo() })
	sales.Freight = sdk.Then(check, "freight", order.Freight.Or(quality.Decimal{}), payable(currency))
	sales.Total = sdk.Then(check, "total", order.Total.Required, payable(currency))
	sales.NetTotal = sdk.Get(check, "lines", func() (quality.Decimal, error) { return netTotal(sales.Lines) })
	return sales
}

func (m *shopMapping) readCurrency() (*quality.Currency, error) {
	given, err := m.order.Currency.Optional()
	if err == nil && given == nil && m.settings.DefaultCurrency != nil {
		return m.settings.DefaultCurrency, nil
	}
	code, err := m.order.Currency.Required()
	if err != nil {
		return nil, err
	}
	currency, err := quality.CurrencyOf(code)
	return &currency, err
}

func (m *shopMapping) shipTo() ShipTo {
	check, address := m.check, &m.order.ShippingAddress
	name := address.Name.Required
	if given, err := address.Name.Optional(); given == nil && err == nil {
		if customer, _ := m.order.Customer.Name.Optional(); customer != nil {
			name = m.order.Customer.Name.Required
		}
	}
	return ShipTo{
		Name:       sdk.Get(check, "name", name),
		Street:     sdk.Get(check, "street", address.Street.Required),
		PostalCode: sdk.Get(check, "postal_code", address.PostalCode.Optional),
		City:       sdk.Get(check, "city", address.City.Required),
		Region:     sdk.Get(check, "region", address.Region.Optional),
		Country:    sdk.Then(check, "country", address.Country.Required, quality.Country),
	}
}

func (m *shopMapping) lines() []SalesLine {
	m.check.Rule("lines", len(m.order.Lines) > 0, "no-lines", "an order needs at least one line")
	return sdk.Each(m.check, "lines", m.order.Lines, m.line)
}

func (m *shopMapping) line(at int, line ShopLine) SalesLine {
	check, brokenBefore := m.check, m.check.Count()
	mapped := SalesLine{Position: (at + 1) * 10, Item: m.skus[at]}
	if mapped.Item != "" {
		product := sdk.Get(check, "sku", func() (*Product, error) { return m.products.Known(at, "unknown-product") })
		mapped.Description = product.name()
	}
	mapped.Quantity = sdk.Then(check, "quantity", line.Quantity.Required, quality.Between(1, m.settings.MaxQuantity))
	mapped.UnitPrice = sdk.Then(check, "unit_price", line.UnitPrice.Required, price)
	mapped.DiscountPercent = sdk.Then(check, "discount_percent", line.DiscountPercent.Or(quality.Decimal{}), percent)
	stated := sdk.Get(check, "total", line.Total.Optional)
	if m.currency == nil || check.Count() > brokenBefore {
		return mapped
	}
	computed, err := amount(mapped.Quantity, mapped.UnitPrice, mapped.DiscountPercent, *m.currency)
	if !check.ReportHere(err) {
		mapped.Amount = computed
	}
	if stated != nil {
		check.Report("total", agreed(*stated, mapped.Amount, m.settings.TotalTolerance, "wrong-line-total"))
	}
	return mapped
}

// acrossFields are rules that only mean something once every field is right.
func (m *shopMapping) acrossFields(sales *SalesOrder) {
	if !m.check.IsClean() {
		return
	}
	computed, err := sales.NetTotal.Add(sales.Freight)
	if !m.check.Report("total", err) {
		m.check.Report("total", agreed(sales.Total, computed, m.settings.TotalTolerance, "wrong-total"))
	}
	inOrder := sales.RequestedDate == nil || !sales.RequestedDate.Before(sales.OrderDate)
	m.check.Rule("requested_delivery", inOrder, "requested-before-ordered",
		"delivery is asked for before the day of the order, %s", sales.OrderDate)
}
