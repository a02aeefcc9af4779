// Package lookup finds rows in the reference tables that the operator loads.
//
// Needs the grant `lookup` for each table: name them in plugin.toml under `[wants]`. A plugin that doesn't import this
// package doesn't import the contract's interface either.
package lookup

import (
	"fmt"

	"gantry/sdk"
	"gantry/sdk/internal/abi"
	"gantry/sdk/internal/jsonin"
)

// Rows are those of one lookup, in the order of its keys.
type Rows[R any] struct {
	table string
	keys  []string
	rows  []*R
}

// Get answers the rows that the keys find in a table, read from JSON into R. All keys of a message in one call: each
// call crosses from the sandbox to the host. The error, an *Error, is a refusal that a mapping can return as it is.
//
//	products, err := lookup.Get[Product]("products", skus...)
//	if err != nil {
//		return none, err
//	}
func Get[R any](table string, keys ...string) (Rows[R], error) {
	rows := Rows[R]{table: table, keys: keys, rows: make([]*R, len(keys))}
	if len(keys) == 0 {
		return rows, nil
	}
	found, err := find(table, keys)
	if err != nil {
		return rows, err
	}
	for i, row := range found {
		if row == nil {
			continue
		}
		rows.rows[i] = new(R)
		if unfit := jsonin.Read(*row, rows.rows[i], jsonin.Options{Describe: describe}); len(unfit) > 0 {
			text := fmt.Sprintf("the row `%s`: %s at `%s`", keys[i], unfit[0].Text, unfit[0].Path)
			return rows, &Error{Code: "unfit-table-row", Table: table, text: text}
		}
	}
	return rows, nil
}

func describe(err error) (code, text string) { return "wrong-value", err.Error() }

func find(table string, keys []string) ([]*string, error) {
	answer := get(table, keys)
	if answer.Failed {
		return nil, failed(table, answer)
	}
	if len(answer.Rows) != len(keys) {
		text := fmt.Sprintf("the host answered %d rows for %d keys", len(answer.Rows), len(keys))
		return nil, &Error{Code: "lookup-failed", Table: table, text: text}
	}
	return answer.Rows, nil
}

// At is the row that the key at this position found; nil where there is none. A position without a key is a mistake of
// the plugin, and not of the data: it panics.
func (r Rows[R]) At(position int) *R {
	if position < 0 || position >= len(r.rows) {
		panic(fmt.Sprintf("there is no position %d in a lookup of %d keys in the table `%s`", position, len(r.rows), r.table))
	}
	return r.rows[position]
}

// Known is referential integrity: the row, or a defect of this code (`unknown-product`, say) that names key and table.
func (r Rows[R]) Known(position int, code string) (*R, error) {
	if row := r.At(position); row != nil {
		return row, nil
	}
	return nil, sdk.NewDefect(code, "`%s` is not in the table `%s`", r.keys[position], r.table)
}

// Error is why a table could not be consulted.
type Error struct {
	// `unknown-table`: the flow has no such table, or doesn't grant it. `table-unavailable`: it can't be read just now.
	// `unfit-table-row`: a row isn't what the plugin takes it to be. `lookup-failed`: anything else.
	Code string
	// The table's name.
	Table string
	text  string
}

// Error is the reason in words.
func (e *Error) Error() string { return fmt.Sprintf("the table `%s`: %s", e.Table, e.text) }

// Refusal says what becomes of the message: a table that can't be read just now is worth a retry; one that isn't there,
// or whose rows don't fit, is not.
func (e *Error) Refusal() *sdk.Refusal {
	if e.Code == "table-unavailable" {
		return sdk.Retry(e.Code, e.Error())
	}
	return sdk.Reject(e.Code, e.Error())
}

func failed(table string, answer abi.Rows) *Error {
	switch answer.Error {
	case abi.UnknownTable:
		return &Error{Code: "unknown-table", Table: table, text: "the flow has none of this name, or doesn't grant it to this step"}
	case abi.Unavailable:
		return &Error{Code: "table-unavailable", Table: table, text: "it can't be read just now"}
	default:
		return &Error{Code: "lookup-failed", Table: table, text: answer.Text}
	}
}
