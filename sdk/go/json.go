package sdk

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"gantry/sdk/internal/jsonin"
)

// readJSON reads a JSON text into the value that `to` points to; what doesn't fit is a Refusal with every place.
func readJSON(text string, to any) error {
	return refuse(jsonin.Read(text, to, jsonin.Options{Describe: describeDefect}))
}

// readStrictly is readJSON that refuses members the type doesn't have.
func readStrictly(text string, to any) error {
	return refuse(jsonin.Read(text, to, jsonin.Options{Strict: true, Describe: describeDefect}))
}

func readBytes(bytes []byte, to any) error {
	if !utf8.Valid(bytes) {
		return Invalid("", "not-json", "not UTF-8")
	}
	return readJSON(textOf(bytes), to)
}

func refuse(found []jsonin.Violation) error {
	if len(found) == 0 {
		return nil
	}
	violations := make([]Violation, len(found))
	for i, violation := range found {
		violations[i] = Violation(violation)
	}
	return InvalidAll(violations...)
}

func describeDefect(err error) (code, text string) {
	violation := at("", err)
	return violation.Code, violation.Text
}

// writeJSON writes a value compactly, with characters beyond ASCII as they are.
func writeJSON(value any) (string, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return textOf(bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))), nil
}
