package sdk

import (
	"encoding/json"
	"strings"
	"testing"
)

func field[T any](t *testing.T, text string) Field[T] {
	t.Helper()
	var f Field[T]
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return err.(*Defect).Code
}

func TestAValueOfAnyOtherTypeIsWrongButNotFatal(t *testing.T) {
	for _, text := range []string{"1", "-1", "1.5", "true", `[1, {"a": 2}]`, `{"a": [1]}`} {
		if _, err := field[string](t, text).Required(); code(err) != "wrong-type" {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"4294967296", "-1", "1.5", "1e2", `"1"`, "false"} {
		_, err := field[uint32](t, text).Required()
		if code(err) != "wrong-type" {
			t.Errorf("%s: %v", text, err)
		}
		if _, err := field[uint32](t, text).Optional(); code(err) != "wrong-type" {
			t.Errorf("%s: %v", text, err)
		}
		if _, err := field[uint32](t, text).Or(5)(); code(err) != "wrong-type" {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAWholeNumberHasNoPointAndNoExponent(t *testing.T) {
	for _, text := range []string{"1.0", "1e2"} {
		_, err := field[uint32](t, text).Required()
		if err == nil || !strings.Contains(err.Error(), "4294967295, found a number with a point or an exponent") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if got, err := field[uint32](t, "-0").Required(); got != 0 || err != nil {
		t.Error(got, err)
	}
}

func TestIntegersBeyondAFloatStayExact(t *testing.T) {
	if got, _ := field[uint64](t, "18446744073709551615").Required(); got != 1<<64-1 {
		t.Error(got)
	}
	if got, _ := field[int64](t, "-9223372036854775808").Required(); got != -1<<63 {
		t.Error(got)
	}
	if got, _ := field[int32](t, "-5").Required(); got != -5 {
		t.Error(got)
	}
	if got, _ := field[bool](t, "true").Required(); !got {
		t.Error(got)
	}
}

func TestMissingNullAndBlankAreToldApart(t *testing.T) {
	text := func(json string) Text { return Text{field[string](t, json)} }
	for _, c := range []struct {
		field Text
		code  string
	}{{Text{}, "missing-field"}, {text("null"), "missing-field"}, {text(`"  "`), "empty-field"}, {text("1"), "wrong-type"}} {
		if _, err := c.field.Required(); code(err) != c.code {
			t.Errorf("%v, expected %s", err, c.code)
		}
	}
	if got, err := text(`"  "`).Optional(); got != nil || err != nil {
		t.Error(got, err)
	}
	if got, err := text(`" Br\u00fchl "`).Required(); got != "Brühl" || err != nil {
		t.Error(got, err)
	}
	if got, err := (Field[int]{}).Or(5)(); got != 5 || err != nil {
		t.Error(got, err)
	}
}

func TestAFieldIsWrittenAsItsValue(t *testing.T) {
	got, err := writeJSON([]any{TextOf("<ü>"), Text{}, Value(3)})
	if got != `["<ü>",null,3]` || err != nil {
		t.Error(got, err)
	}
}

func TestATypeOfTheAuthorsOwnReadsItself(t *testing.T) {
	type point struct{ X, Y int }
	if got, err := field[point](t, `{"X": 1, "Y": 2}`).Required(); got != (point{1, 2}) || err != nil {
		t.Error(got, err)
	}
	if _, err := field[point](t, `[]`).Required(); code(err) != "wrong-type" {
		t.Error(err)
	}
}
