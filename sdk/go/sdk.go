// Package sdk makes a Gantry plugin of one function on one message.
//
// The author writes a mapping from a typed input to a typed output, and a struct of settings. This package does the
// rest: the batch loop, reading the settings, JSON in and out, broken rules with their JSON Pointer, and what becomes
// of a panic. The same code compiles natively, so that a mapping is tested like any function.
//
//	package main
//
//	import (
//		"gantry/sdk"
//		"gantry/sdk/quality"
//	)
//
//	type Contact struct {
//		Name    sdk.Text `json:"name"`
//		Country sdk.Text `json:"country"`
//	}
//
//	type Debtor struct {
//		Name    string `json:"name"`
//		Country string `json:"country"`
//	}
//
//	func Map(contact Contact, _ *sdk.Context[sdk.NoSettings]) (Debtor, error) {
//		var check sdk.Checker
//		debtor := Debtor{
//			Name:    sdk.Get(&check, "name", contact.Name.Required),
//			Country: sdk.Then(&check, "country", contact.Country.Required, quality.Country),
//		}
//		return debtor, check.Finish()
//	}
//
//	func init() { sdk.Plugin(Map) }
//
//	func main() {}
//
// What a plugin may use beside its message lives in packages of its own, since each import of the component needs a
// grant: gantry/sdk/lookup, gantry/sdk/clock. Lines for the operator, gantry/sdk/log, are always allowed.
package sdk
