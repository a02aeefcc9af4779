package sdk

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gantry/sdk/internal/jsonin"
)

// Field is a member of the input that may be missing, null or of the wrong type without failing the whole message at
// once: the mapping sees every member's state, so that one dead letter lists everything that is wrong.
//
// T is a string (Text says more), a bool, an int, int32, int64, uint32 or uint64, or a type that reads itself from JSON
// (json.Unmarshaler), such as quality.Decimal.
//
//	type Line struct {
//		SKU      sdk.Text          `json:"sku"`
//		Quantity sdk.Field[uint32] `json:"quantity"`
//	}
type Field[T any] struct {
	value  T
	isSet  bool
	defect *Defect
	// isBlank: a text of blanks only, of which no value can be made, though the type can be read from a text.
	isBlank bool
}

// Value is a field that holds this value: the start of a unit test.
func Value[T any](value T) Field[T] { return Field[T]{value: value, isSet: true} }

// Required is the value; a missing or null member is a `missing-field`.
func (f Field[T]) Required() (T, error) {
	switch {
	case f.defect != nil:
		return f.value, f.defect
	case !f.isSet:
		return f.value, &Defect{Code: "missing-field", Text: "this is mandatory"}
	default:
		return f.value, nil
	}
}

// Optional is the value, or nil where there is none: an amount in a column that a CSV export left empty counts as none.
func (f Field[T]) Optional() (*T, error) {
	switch {
	case f.isBlank:
		return nil, nil
	case f.defect != nil:
		return nil, f.defect
	case !f.isSet:
		return nil, nil
	default:
		return &f.value, nil
	}
}

// Or is a reader of the value, or of `fallback` where there is none: `sdk.Get(&check, "freight", order.Freight.Or(zero))`.
func (f Field[T]) Or(fallback T) func() (T, error) {
	return func() (T, error) {
		if f.isBlank || f.defect == nil && !f.isSet {
			return fallback, nil
		}
		return f.value, f.asError()
	}
}

func (f Field[T]) asError() error {
	if f.defect == nil {
		return nil
	}
	return f.defect
}

// UnmarshalJSON reads any JSON value; one of the wrong type is no error but kept as a defect.
func (f *Field[T]) UnmarshalJSON(raw []byte) error {
	*f = Field[T]{}
	if string(raw) == "null" {
		return nil
	}
	if err := readScalar(raw, &f.value); err != nil {
		var zero T
		f.value = zero
		_, fromText := any(&f.value).(encoding.TextUnmarshaler)
		f.isBlank = fromText && isBlankText(raw)
		if !errors.As(err, &f.defect) {
			f.defect = &Defect{Code: "wrong-value", Text: jsonin.Shortened(err.Error())}
		}
		return nil
	}
	f.isSet = true
	return nil
}

// MarshalJSON writes the value, or null where there is none.
func (f Field[T]) MarshalJSON() ([]byte, error) {
	if !f.isSet {
		return []byte("null"), nil
	}
	text, err := writeJSON(f.value)
	return []byte(text), err
}

// Text is a member that holds a text; surrounding blanks don't count.
type Text struct{ Field[string] }

// TextOf is a field that holds this text: the start of a unit test.
func TextOf(text string) Text { return Text{Value(text)} }

// Required is the text without surrounding blanks; nothing but blanks is an `empty-field`.
func (t Text) Required() (string, error) {
	text, err := t.Field.Required()
	if err != nil {
		return "", err
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", &Defect{Code: "empty-field", Text: "this must not be empty"}
	}
	return text, nil
}

// Optional is the text without surrounding blanks, nil where there is none: a column that a CSV export left empty
// counts as none.
func (t Text) Optional() (*string, error) {
	text, err := t.Field.Optional()
	if err != nil || text == nil {
		return nil, err
	}
	trimmed := strings.TrimSpace(*text)
	if trimmed == "" {
		return nil, nil
	}
	return &trimmed, nil
}

// readScalar reads a JSON value that isn't null into one of the types of a Field.
func readScalar(raw []byte, to any) error {
	switch to := to.(type) {
	case *string:
		return readString(raw, to)
	case *bool:
		return readBool(raw, to)
	case *int:
		return readSigned(raw, to, 64, "a whole number")
	case *int64:
		return readSigned(raw, to, 64, "a whole number")
	case *int32:
		return readSigned(raw, to, 32, "a whole number from -2147483648 to 2147483647")
	case *uint64:
		return readUnsigned(raw, to, 64, "a whole number, not negative")
	case *uint32:
		return readUnsigned(raw, to, 32, "a whole number from 0 to 4294967295")
	case json.Unmarshaler:
		return to.UnmarshalJSON(raw)
	default:
		found := jsonin.Read(string(raw), to, jsonin.Options{Describe: describeDefect})
		if len(found) == 0 {
			return nil
		}
		return NewDefect(found[0].Code, "%s at `%s`", found[0].Text, found[0].Path)
	}
}

func isBlankText(raw []byte) bool {
	return raw[0] == '"' && strings.TrimSpace(jsonin.Unquoted(string(raw))) == ""
}

func readString(raw []byte, to *string) error {
	if raw[0] != '"' {
		return wrongType(raw, "a text")
	}
	*to = jsonin.Unquoted(string(raw))
	return nil
}

func readBool(raw []byte, to *bool) error {
	if raw[0] != 't' && raw[0] != 'f' {
		return wrongType(raw, "true or false")
	}
	*to = raw[0] == 't'
	return nil
}

func readSigned[T ~int | ~int32 | ~int64](raw []byte, to *T, bits int, expected string) error {
	number, err := strconv.ParseInt(string(raw), 10, bits)
	if err != nil {
		return wrongType(raw, expected)
	}
	*to = T(number)
	return nil
}

func readUnsigned[T ~uint32 | ~uint64](raw []byte, to *T, bits int, expected string) error {
	digits := string(raw)
	if digits == "-0" {
		digits = "0"
	}
	number, err := strconv.ParseUint(digits, 10, bits)
	if err != nil {
		return wrongType(raw, expected)
	}
	*to = T(number)
	return nil
}

func wrongType(raw []byte, expected string) *Defect {
	return &Defect{Code: "wrong-type", Text: fmt.Sprintf("expected %s, found %s", expected, jsonin.KindOf(string(raw)))}
}
