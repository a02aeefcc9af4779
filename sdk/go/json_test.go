package sdk

import (
	"strings"
	"testing"
)

type unit string

func (u *unit) UnmarshalText(text []byte) error {
	if string(text) != "piece" {
		return NewDefect("wrong-value", "no unit")
	}
	*u = unit(text)
	return nil
}

type testLine struct {
	SKU      string `json:"a/b~c"`
	Quantity uint32 `json:"quantity"`
	Unit     *unit  `json:"unit"`
}

type testOrder struct {
	Lines  []testLine          `json:"lines"`
	Prices map[string][]uint32 `json:"prices"`
}

func TestEveryMismatchHasItsCodeAndItsPointer(t *testing.T) {
	for text, expected := range map[string][]string{
		`{"lines": [{"a/b~c": 5, "quantity": 1}]}`:               {"/lines/0/a~1b~0c: wrong-type"},
		`{"lines": [{"quantity": "1"}, {"quantity": -1}]}`:       {"/lines/0/quantity: wrong-type", "/lines/1/quantity: wrong-value"},
		`{"lines": [{"quantity": 2.5, "unit": "box"}]}`:          {"/lines/0/quantity: wrong-type", "/lines/0/unit: wrong-value"},
		`{"lines": [{"quantity": 4294967296, "unit": "piece"}]}`: {"/lines/0/quantity: wrong-value"},
		`{"lines": {}}`:                         {"/lines: wrong-type"},
		`{"prices": {"a/b": [1, "2"], "c": 3}}`: {"/prices/a~1b/1: wrong-type", "/prices/c: wrong-type"},
		`[]`:                                    {": wrong-type"},
		`{"lines": []`:                          {": not-json"},
		`{"lines": []} x`:                       {": not-json"},
		`{"lines": {}} x`:                       {": not-json"},
		``:                                      {": not-json"},
		`{"lines": [1,]}`:                       {": not-json"},
	} {
		var order testOrder
		expectPaths(t, readJSON(text, &order), expected...)
	}
}

func TestWhatFitsIsReadAndUnknownMembersAreIgnored(t *testing.T) {
	var order testOrder
	err := readJSON(` {"lines": [{"a/b~c": "x", "quantity": 1, "unit": "piece", "color": 7}], "x": 1} `+"\n", &order)
	if err != nil || order.Lines[0].Quantity != 1 || *order.Lines[0].Unit != "piece" {
		t.Error(order, err)
	}
	expectPaths(t, readStrictly(`{"lines": [{"color": 7}], "x": 1}`, &order), "/lines/0/color: unknown-field", "/x: unknown-field")
}

func TestBytesThatAreNoUTF8AreNoJSON(t *testing.T) {
	var text string
	expectPaths(t, readBytes([]byte("\"\xff\""), &text), ": not-json")
	if err := readBytes([]byte(`"ü"`), &text); err != nil || text != "ü" {
		t.Error(text, err)
	}
}

func TestNumbersStayExactInAnyValue(t *testing.T) {
	const text = `{"a":[18446744073709551615,0.30000000000000004,1e400]}`
	var value any
	if err := readJSON(text, &value); err != nil {
		t.Fatal(err)
	}
	if got, err := writeJSON(value); got != text || err != nil {
		t.Error(got, err)
	}
}

func TestAHugeValueMakesNoHugeText(t *testing.T) {
	err := NewDefect("x", "%s", strings.Repeat("ä", 10_000))
	if got := at("", error(err)); len(got.Text) < 10_000 {
		t.Error(len(got.Text))
	}
	var number unit
	refused := refusal(readJSON(`"`+strings.Repeat("ä", 10_000)+`"`, &number))
	if text := refused.Violations()[0].Text; len(text) > 303 {
		t.Error(len(text))
	}
}
