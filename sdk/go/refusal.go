package sdk

import (
	"errors"
	"fmt"
	"time"

	"gantry/sdk/internal/abi"
)

// Violation is one broken rule.
type Violation struct {
	// JSON Pointer (RFC 6901) into the input; empty for the whole of it.
	Path string
	// Stable and countable: lower case words joined by hyphens, for instance `unknown-product`.
	Code string
	// For people.
	Text string
}

// Refusal is why a message is not emitted: the error that a mapping returns. Make one with Skip, Invalid, Retry or
// Reject, or with a Checker. A Refusal that is wrapped in other errors is found.
type Refusal struct {
	kind       abi.Kind
	code, text string
	details    []Pair
	violations []Violation
	after      *time.Duration
}

// Skip leaves the message out, on purpose: counted, never a dead letter.
func Skip(code, text string) *Refusal { return &Refusal{kind: abi.Skip, code: code, text: text} }

// Invalid says that the data breaks this rule, at this JSON Pointer: dead letter at once. To collect several, see
// Checker.
func Invalid(path, code, text string) *Refusal {
	return InvalidAll(Violation{Path: path, Code: code, Text: text})
}

// InvalidAll says that the data breaks these rules.
func InvalidAll(violations ...Violation) *Refusal {
	return &Refusal{kind: abi.Invalid, violations: violations}
}

// Retry asks for the same message again, when the flow's retry policy says, or After a while.
func Retry(code, text string) *Refusal { return &Refusal{kind: abi.Retry, code: code, text: text} }

// Reject gives the message up: it can never be processed.
func Reject(code, text string) *Refusal { return &Refusal{kind: abi.Reject, code: code, text: text} }

// After says how long a retry is to wait at least; it means nothing to the other refusals.
func (r *Refusal) After(wait time.Duration) *Refusal {
	r.after = &wait
	return r
}

// Detail adds a name and a value beside the text; it means nothing to Invalid.
func (r *Refusal) Detail(name, value string) *Refusal {
	r.details = append(r.details, Pair{Name: name, Value: value})
	return r
}

// Code is the refusal's code; of Invalid, that of the first violation.
func (r *Refusal) Code() string {
	if len(r.violations) > 0 {
		return r.violations[0].Code
	}
	return r.code
}

// Kind is what becomes of the message: "skip", "invalid", "retry" or "reject".
func (r *Refusal) Kind() string {
	return [...]string{"emit", "skip", "invalid", "retry", "reject"}[r.kind]
}

// Text is the reason for people; empty for Invalid, whose violations have one each.
func (r *Refusal) Text() string { return r.text }

// Details are names and values beside the text.
func (r *Refusal) Details() []Pair { return r.details }

// Wait is how long a retry is to wait at least; nil where the flow's retry policy decides.
func (r *Refusal) Wait() *time.Duration { return r.after }

// Violations are the broken rules of Invalid.
func (r *Refusal) Violations() []Violation { return r.violations }

// Error says what is refused and why.
func (r *Refusal) Error() string {
	if r.kind != abi.Invalid {
		return fmt.Sprintf("%s: %s (%s)", r.Kind(), r.text, r.code)
	}
	text := r.Kind()
	for _, violation := range r.violations {
		text += fmt.Sprintf("\n  %s: %s (%s)", violation.Path, violation.Text, violation.Code)
	}
	return text
}

// refusal finds the Refusal that an error of a mapping stands for; nil where it stands for none.
func refusal(err error) *Refusal {
	var refused interface{ Refusal() *Refusal }
	if errors.As(err, &refused) {
		return refused.Refusal()
	}
	return nil
}

// Refusal is the refusal itself. Errors of an author's own that have this method are refusals too.
func (r *Refusal) Refusal() *Refusal { return r }

func (r *Refusal) lower() abi.Outcome {
	outcome := abi.Outcome{Kind: r.kind, Violations: lowerViolations(r.violations)}
	outcome.Fault = abi.Fault{Code: r.code, Text: r.text, Details: lowerPairs(r.details)}
	if r.after != nil {
		ms := uint64(max(r.after.Milliseconds(), 0))
		outcome.AfterMs = &ms
	}
	return outcome
}

func lowerViolations(violations []Violation) []abi.Violation {
	lowered := make([]abi.Violation, len(violations))
	for i, violation := range violations {
		lowered[i] = abi.Violation(violation)
	}
	return lowered
}
