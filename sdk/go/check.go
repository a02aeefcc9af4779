package sdk

import (
	"fmt"
	"strconv"
	"strings"

	"gantry/sdk/internal/jsonin"
)

// Checker collects broken rules, all of them, and knows where in the input it is looking.
//
// A value that fails a check is replaced by its type's zero value, so that a mapping reads straight on and reports
// everything that is wrong; Finish then refuses the message. Rules that span several fields ask IsClean first.
//
//	var check sdk.Checker
//	check.Within("address", func() {
//		country = sdk.Then(&check, "country", address.Country.Required, quality.Country)
//	})
//	quantities := sdk.Each(&check, "lines", order.Lines, func(_ int, line Line) uint32 {
//		return sdk.Get(&check, "quantity", line.Quantity.Required)
//	})
//	return debtor, check.Finish()
type Checker struct {
	place []string
	found []Violation
}

// Get is the value that `read` answers, or the zero value and a violation at the member `name`.
func Get[T any](check *Checker, name string, read func() (T, error)) T {
	value, err := read()
	if check.Report(name, err) {
		var zero T
		return zero
	}
	return value
}

// Then is what `next` makes of the value that `read` answers, or the zero value and a violation at the member `name`.
func Then[A, B any](check *Checker, name string, read func() (A, error), next func(A) (B, error)) B {
	return Get(check, name, func() (B, error) {
		value, err := read()
		if err != nil {
			var zero B
			return zero, err
		}
		return next(value)
	})
}

// IfAny is what `next` makes of the value that `read` answers, nil where there is no value, or nil and a violation at
// the member `name`.
func IfAny[A, B any](check *Checker, name string, read func() (*A, error), next func(A) (B, error)) *B {
	return Then(check, name, read, func(value *A) (*B, error) {
		if value == nil {
			return nil, nil
		}
		result, err := next(*value)
		return &result, err
	})
}

// Each looks at each element of the array `name`, and answers what `look` makes of them.
func Each[T, R any](check *Checker, name string, items []T, look func(index int, item T) R) []R {
	results := make([]R, len(items))
	check.Within(name, func() {
		for i, item := range items {
			check.At(i, func() { results[i] = look(i, item) })
		}
	})
	return results
}

// Report records this error, unless it is nil, at the member `name`, and says whether it did. An error that is no
// Defect is recorded as a `wrong-value`.
func (c *Checker) Report(name string, err error) bool {
	if err == nil {
		return false
	}
	c.found = append(c.found, at(c.path()+token(name), err))
	return true
}

// ReportHere records this error, unless it is nil, at the present place itself, and says whether it did.
func (c *Checker) ReportHere(err error) bool {
	if err == nil {
		return false
	}
	c.found = append(c.found, at(c.path(), err))
	return true
}

// Rule is a rule of the business: a violation at the member `name` unless it holds. The text is formatted as by
// fmt.Sprintf.
func (c *Checker) Rule(name string, holds bool, code, format string, args ...any) {
	if !holds {
		c.Report(name, &Defect{Code: code, Text: fmt.Sprintf(format, args...)})
	}
}

// Within looks into the member `name`.
func (c *Checker) Within(name string, look func()) {
	c.enter(token(name), look)
}

// At looks at the element `index` of the array it is in.
func (c *Checker) At(index int, look func()) {
	c.enter("/"+strconv.Itoa(index), look)
}

func (c *Checker) enter(token string, look func()) {
	c.place = append(c.place, token)
	look()
	c.place = c.place[:len(c.place)-1]
}

// Count is how many broken rules are found so far: the same before and after a look means that part is clean.
func (c *Checker) Count() int { return len(c.found) }

// IsClean is true while no rule is broken.
func (c *Checker) IsClean() bool { return len(c.found) == 0 }

// Finish refuses the message as invalid if any rule is broken, and is nil otherwise.
func (c *Checker) Finish() error {
	if c.IsClean() {
		return nil
	}
	return InvalidAll(c.found...)
}

func (c *Checker) path() string { return strings.Join(c.place, "") }

// token is one reference token of a JSON Pointer.
func token(name string) string { return "/" + jsonin.Escape(name) }
