// Order-to-erp-go makes a shop's order the ERP's sales order.
//
// Article numbers lose the shop's prefix and must be in the table `products`; dates become ISO 8601, the country ISO
// 3166, the currency ISO 4217; line totals and the order's total are checked against quantity, price, discount and
// freight. Every broken rule is reported, not only the first. Money is decimal throughout and leaves as text.
//
// Two shapes of input are understood, a pure function each: a shop's JSON (shop.go) and the orders of the Northwind
// sample database as a CSV file source hands them over, grouped by order (northwind.go). It is the plugin order-to-erp
// in another language, and passes the same cases.
package main

import "gantry/sdk"

// productsTable is the table that article numbers are looked up in.
const productsTable = "products"

// Map is the mapping, by the shape that the settings name.
func Map(message sdk.Message, ctx *sdk.Context[Settings]) (sdk.Output, error) {
	if ctx.Settings.Input == Northwind {
		return fromJSON(&message, ctx, MapNorthwind)
	}
	return fromJSON(&message, ctx, MapShop)
}

func fromJSON[T any](
	message *sdk.Message, ctx *sdk.Context[Settings], mapping func(*T, *Settings) (*SalesOrder, error),
) (sdk.Output, error) {
	input := new(T)
	if err := message.Read(input); err != nil {
		return sdk.Output{}, err
	}
	order, err := mapping(input, &ctx.Settings)
	if err != nil {
		return sdk.Output{}, err
	}
	return order.Output(), nil
}

func init() { sdk.Plugin(Map) }

func main() {}
