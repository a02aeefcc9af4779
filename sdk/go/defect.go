package sdk

import (
	"errors"
	"fmt"

	"gantry/sdk/internal/jsonin"
)

// Defect is what is wrong with one value; it doesn't know yet where the value stands. The quality kit answers with
// these, and a Checker adds the place.
type Defect struct {
	// Stable and countable: lower case words joined by hyphens.
	Code string
	// For people.
	Text string
}

// NewDefect is a defect of this code; the text is formatted as by fmt.Sprintf.
func NewDefect(code, format string, args ...any) *Defect {
	if len(args) == 0 {
		return &Defect{Code: code, Text: format}
	}
	return &Defect{Code: code, Text: fmt.Sprintf(format, args...)}
}

// Error is text and code.
func (d *Defect) Error() string { return d.Text + " (" + d.Code + ")" }

// Refusal is the defect as one of the message as a whole.
func (d *Defect) Refusal() *Refusal { return Invalid("", d.Code, d.Text) }

// at is the defect at its place. An error that is no Defect is a `wrong-value`.
func at(path string, err error) Violation {
	var defect *Defect
	if errors.As(err, &defect) {
		return Violation{Path: path, Code: defect.Code, Text: defect.Text}
	}
	return Violation{Path: path, Code: "wrong-value", Text: jsonin.Shortened(err.Error())}
}
