package abi

// LookupError is the case of the variant `error` of a lookup, numbered as in the contract.
type LookupError byte

// The cases.
const (
	UnknownTable LookupError = iota
	Unavailable
	Other
)

// Rows is the answer of `get`: the rows, or why there are none.
type Rows struct {
	// nil for a key without a row.
	Rows   []*string
	Failed bool
	Error  LookupError
	// Of Other.
	Text string
}

// Rows reads a `result<list<option<string>>, error>`.
func (m Memory) Rows(record []byte) Rows {
	if record[0] != 0 {
		rows := Rows{Failed: true, Error: LookupError(record[4])}
		if rows.Error == Other {
			rows.Text = m.text(record[8:])
		}
		return rows
	}
	list := u32(record[4:])
	rows := make([]*string, u32(record[8:]))
	for i := range rows {
		rows[i] = m.optionalText(m.record(list, i, optionSize))
	}
	return Rows{Rows: rows}
}
