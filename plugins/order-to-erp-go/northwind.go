package main

import (
	"strconv"

	"gantry/sdk"
	"gantry/sdk/lookup"
	"gantry/sdk/quality"
)

// NorthwindOrder are the rows of one order, all columns as texts, as a CSV file source hands them over when it groups by
// `OrderID`:
//
//	{"OrderID": "10248", "rows": [{"CustomerID": "VINET", "ProductID": "11", "UnitPrice": "14", "Quantity": "12", …}, …]}
//
// The columns of the order itself repeat in each row; the first one is read. The data states no total, so it is
// computed. Products are known by their `ProductID`. A column that is empty or says `NULL` counts as none.
type NorthwindOrder struct {
	// What the rows were grouped by.
	OrderID sdk.Text `json:"OrderID"`
	// One per line of the order.
	Rows []NorthwindRow `json:"rows"`
}

// NorthwindRow holds the columns that the ERP has a use for.
type NorthwindRow struct {
	CustomerID     sdk.Text
	OrderDate      sdk.Text
	RequiredDate   sdk.Text
	ShippedDate    sdk.Text
	Freight        sdk.Text
	ShipName       sdk.Text
	ShipAddress    sdk.Text
	ShipCity       sdk.Text
	ShipRegion     sdk.Text
	ShipPostalCode sdk.Text
	ShipCountry    sdk.Text
	ProductID      sdk.Text
	UnitPrice      sdk.Text
	Quantity       sdk.Text
	// A fraction: 0.05 is five percent.
	Discount sdk.Text
}

// MapNorthwind is the rows of one order as the ERP's sales order.
func MapNorthwind(order *NorthwindOrder, settings *Settings) (*SalesOrder, error) {
	if settings.DefaultCurrency == nil {
		return nil, sdk.Reject("no-currency", "these orders name no currency: set `default_currency` in the flow")
	}
	if len(order.Rows) == 0 {
		return nil, sdk.Invalid("/rows", "no-lines", "an order needs at least one line")
	}
	check := new(sdk.Checker)
	ids := sdk.Each(check, "rows", order.Rows, func(_ int, row NorthwindRow) string {
		return sdk.Get(check, "ProductID", row.ProductID.Required)
	})
	products, err := lookup.Get[Product](productsTable, ids...)
	if err != nil {
		return nil, err
	}
	north := northwindMapping{check: check, settings: settings, ids: ids, products: products}
	lines := sdk.Each(check, "rows", order.Rows, north.line)
	sales := new(SalesOrder)
	check.Within("rows", func() {
		check.At(0, func() { *sales = north.head(&order.Rows[0]) })
	})
	sales.ExternalNumber = sdk.Get(check, "OrderID", order.OrderID.Required)
	sales.Lines = lines
	sales.NetTotal = sdk.Get(check, "rows", func() (quality.Decimal, error) { return netTotal(lines) })
	sales.Total = sdk.Get(check, "rows", func() (quality.Decimal, error) { return sales.NetTotal.Add(sales.Freight) })
	return sales, check.Finish()
}

// northwindMapping is what the parts of the mapping share.
type northwindMapping struct {
	check    *sdk.Checker
	settings *Settings
	ids      []string
	products lookup.Rows[Product]
}

func (m *northwindMapping) line(at int, row NorthwindRow) SalesLine {
	check := m.check
	line := SalesLine{Position: (at + 1) * 10, Item: m.ids[at]}
	if line.Item != "" {
		product := sdk.Get(check, "ProductID", func() (*Product, error) { return m.products.Known(at, "unknown-product") })
		line.Description = product.name()
	}
	brokenBefore := check.Count()
	line.Quantity = sdk.Then(check, "Quantity", row.Quantity.Required, m.quantity)
	line.UnitPrice = sdk.Then(check, "UnitPrice", row.UnitPrice.Required, func(text string) (quality.Decimal, error) {
		number, err := quality.Plain.Parse(text)
		if err != nil {
			return number, err
		}
		return price(number)
	})
	if discount := sdk.IfAny(check, "Discount", row.Discount.Optional, asPercent); discount != nil {
		line.DiscountPercent = *discount
	}
	if check.Count() == brokenBefore {
		computed, err := amount(line.Quantity, line.UnitPrice, line.DiscountPercent, *m.settings.DefaultCurrency)
		if !check.ReportHere(err) {
			line.Amount = computed
		}
	}
	return line
}

func (m *northwindMapping) head(row *NorthwindRow) SalesOrder {
	check, dates := m.check, m.settings.Dates
	sales := SalesOrder{DocumentType: "sales_order", Currency: *m.settings.DefaultCurrency}
	sales.OrderDate = sdk.Then(check, "OrderDate", row.OrderDate.Required, dates.Parse)
	sales.RequestedDate = sdk.IfAny(check, "RequiredDate", given(row.RequiredDate), dates.Parse)
	sales.ShippedDate = sdk.IfAny(check, "ShippedDate", given(row.ShippedDate), dates.Parse)
	inOrder := func(date *quality.Date) bool { return date == nil || !date.Before(sales.OrderDate) }
	const text = "before the day of the order, %s"
	check.Rule("RequiredDate", inOrder(sales.RequestedDate), "requested-before-ordered", text, sales.OrderDate)
	check.Rule("ShippedDate", inOrder(sales.ShippedDate), "shipped-before-ordered", text, sales.OrderDate)
	sales.CustomerNumber = sdk.Get(check, "CustomerID", row.CustomerID.Required)
	sales.ShipTo = ShipTo{
		Name:       sdk.Get(check, "ShipName", row.ShipName.Required),
		Street:     sdk.Get(check, "ShipAddress", row.ShipAddress.Required),
		PostalCode: sdk.Get(check, "ShipPostalCode", given(row.ShipPostalCode)),
		City:       sdk.Get(check, "ShipCity", row.ShipCity.Required),
		Region:     sdk.Get(check, "ShipRegion", given(row.ShipRegion)),
		Country:    sdk.Then(check, "ShipCountry", row.ShipCountry.Required, quality.Country),
	}
	sales.Freight = sdk.Then(check, "Freight", given(row.Freight), m.freight)
	return sales
}

// given reads a column; one that is empty or says `NULL` holds nothing.
func given(column sdk.Text) func() (*string, error) {
	return func() (*string, error) {
		text, err := column.Optional()
		if text != nil && *text == "NULL" {
			return nil, nil
		}
		return text, err
	}
}

func (m *northwindMapping) freight(text *string) (freight quality.Decimal, err error) {
	if text != nil {
		if freight, err = quality.Plain.Parse(*text); err != nil {
			return freight, err
		}
	}
	return payable(*m.settings.DefaultCurrency)(freight)
}

func (m *northwindMapping) quantity(text string) (uint32, error) {
	number, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0, sdk.NewDefect("wrong-type", "`%s` is no whole number", text)
	}
	return quality.Between(1, m.settings.MaxQuantity)(uint32(number))
}

// asPercent makes the fraction a percentage: 0.05 is 5.
func asPercent(text string) (quality.Decimal, error) {
	fraction, err := quality.Plain.Parse(text)
	if err != nil {
		return fraction, err
	}
	hundredfold, err := fraction.Mul(hundred)
	if err != nil {
		return hundredfold, err
	}
	return percent(hundredfold.Normalized())
}
