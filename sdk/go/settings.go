package sdk

// Defaults is implemented by settings, on their pointer, whose defaults are not zero values: it is called before the
// settings are read.
type Defaults interface{ Defaults() }

// Checked is implemented by settings, on their pointer, with rules beyond their types. A broken one stops the flow from
// starting.
type Checked interface{ Check(check *Checker) }

// readSettings reads a JSON object into the struct that `to` points to. A member it doesn't know is a violation.
func readSettings(settings string, to any) []Violation {
	if defaults, ok := to.(Defaults); ok {
		defaults.Defaults()
	}
	if err := readStrictly(settings, to); err != nil {
		return refusal(err).Violations()
	}
	var check Checker
	if checked, ok := to.(Checked); ok {
		checked.Check(&check)
	}
	return check.found
}
