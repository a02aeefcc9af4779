// Package abi moves the contract's values between Go and a component's linear memory, as the canonical ABI lays them
// out.
//
// It owns the layout of the records of wit/plugin.wit, and the memory that the host places its values in. It is written
// by hand: the contract has five functions and nine types, while generated bindings bring a module of their own, pin
// every text they pass, and need private parts of Go's runtime.
//
// Reading and writing are ordinary code on bytes, tested natively. Only memory_wasip1.go touches raw memory.
package abi

// Pair is a name with its value: a header, a detail, an extension.
type Pair struct{ Name, Value string }

// Payload is the variant of the same name: Text, or Bytes where IsBytes says so.
type Payload struct {
	Text    string
	Bytes   []byte
	IsBytes bool
}

// Message is the record `message`.
type Message struct {
	ID          string
	Key         *string
	ContentType string
	Headers     []Pair
	EventTimeMs uint64
	Attempt     uint32
	Payload     Payload
	Extensions  []Pair
}

// Output is the record `output`; an empty Route, Key or IdempotencyKey is none.
type Output struct {
	Route, Key, IdempotencyKey string
	ContentType                string
	Headers                    []Pair
	Payload                    Payload
	Extensions                 []Pair
}

// Violation is the record `violation`.
type Violation struct{ Path, Code, Text string }

// Fault is the record `fault`.
type Fault struct {
	Code, Text string
	Details    []Pair
}

// Kind is the case of an outcome, numbered as in the contract.
type Kind byte

// The cases of `outcome`.
const (
	Emit Kind = iota
	Skip
	Invalid
	Retry
	Reject
)

// Outcome is the variant `outcome`: what Kind says, in the member that goes with it.
type Outcome struct {
	Kind       Kind
	Outputs    []Output
	Violations []Violation
	// Of Skip, Retry and Reject.
	Fault Fault
	// Of Retry; nil is none.
	AfterMs *uint64
}
