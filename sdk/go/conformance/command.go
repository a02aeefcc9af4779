package main

import (
	"encoding/json"
	"time"

	"gantry/sdk"
	"gantry/sdk/quality"
)

// Command is a message that says what to do: Do names it, the other members are its parameters.
type Command struct {
	Do         string            `json:"do"`
	Value      json.RawMessage   `json:"value"`
	Outputs    []Output          `json:"outputs"`
	Parts      []string          `json:"parts"`
	Code       string            `json:"code"`
	Text       string            `json:"text"`
	Details    map[string]string `json:"details"`
	AfterMs    *int64            `json:"after_ms"`
	Violations []Violation       `json:"violations"`
	Items      []Item            `json:"items"`
	Level      string            `json:"level"`
	Fields     map[string]string `json:"fields"`
	Table      string            `json:"table"`
	Keys       []string          `json:"keys"`
	At         int               `json:"at"`
	Kind       string            `json:"kind"`
	Vectors    []Vector          `json:"vectors"`
}

// Output is one output to emit; one of JSON, Text and Bytes is given.
type Output struct {
	Route          string            `json:"route"`
	Key            string            `json:"key"`
	IdempotencyKey string            `json:"idempotency_key"`
	ContentType    string            `json:"content_type"`
	Headers        map[string]string `json:"headers"`
	JSON           json.RawMessage   `json:"json"`
	Text           string            `json:"text"`
	Bytes          []uint16          `json:"bytes"`
}

// Violation is a broken rule to report.
type Violation struct {
	Path string `json:"path"`
	Code string `json:"code"`
	Text string `json:"text"`
}

// Item is checked member by member.
type Item struct {
	Name   sdk.Text                   `json:"name"`
	Odd    sdk.Text                   `json:"a/b~c"`
	Amount sdk.Field[quality.Decimal] `json:"amount"`
}

// payload is what the output carries.
func (o *Output) payload() sdk.Payload {
	switch {
	case o.JSON != nil:
		return sdk.JSON(o.JSON)
	case o.Bytes != nil:
		bytes := make([]byte, len(o.Bytes))
		for i, number := range o.Bytes {
			bytes[i] = byte(number)
		}
		return sdk.Bytes(bytes)
	default:
		return sdk.PlainText(o.Text)
	}
}

// refused adds what the command says of a refusal.
func (c *Command) refused(refusal *sdk.Refusal) error {
	for _, name := range sorted(c.Details) {
		refusal.Detail(name, c.Details[name])
	}
	if c.AfterMs != nil {
		refusal.After(time.Duration(*c.AfterMs) * time.Millisecond)
	}
	return refusal
}
