package jsonin

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

type measure string

func (u *measure) UnmarshalText(text []byte) error {
	if string(text) != "piece" {
		return errors.New("no unit")
	}
	*u = measure(text)
	return nil
}

type line struct {
	SKU      string   `json:"a/b~c"`
	Quantity uint8    `json:"quantity"`
	Price    float64  `json:"price"`
	Unit     *measure `json:"unit"`
	Rest     any      `json:"rest"`
	Next     *line    `json:"next"`
	hidden   int
	Skipped  int `json:"-"`
	Raw      json.RawMessage
}

type order struct {
	Lines  []line            `json:"lines"`
	Prices map[string][]int8 `json:"prices"`
	Known  bool              `json:"known"`
	Pair   [2]int            `json:"pair"`
	Bytes  []byte            `json:"bytes"`
}

func describe(err error) (code, text string) { return "wrong-value", err.Error() }

func read(text string, to any, strict bool) []string {
	var found []string
	for _, violation := range Read(text, to, Options{Strict: strict, Describe: describe}) {
		found = append(found, violation.Path+": "+violation.Code)
	}
	return found
}

func TestEveryMismatchHasItsCodeAndItsPointer(t *testing.T) {
	for text, expected := range map[string][]string{
		`{"lines": [{"a/b~c": 5}, {"quantity": "1"}, {"quantity": 256}]}`: {
			"/lines/0/a~1b~0c: wrong-type", "/lines/1/quantity: wrong-type", "/lines/2/quantity: wrong-value",
		},
		`{"lines": [{"quantity": 2.5, "unit": "box", "price": "1"}, {"unit": 7}]}`: {
			"/lines/0/quantity: wrong-type", "/lines/0/unit: wrong-value", "/lines/0/price: wrong-type",
			"/lines/1/unit: wrong-type",
		},
		`{"lines": [{"next": {"next": {"quantity": -1}}}]}`: {"/lines/0/next/next/quantity: wrong-value"},
		`{"lines": {}, "known": 1, "known": null}`:          {"/lines: wrong-type", "/known: wrong-type", ": duplicate-field"},
		`{"prices": {"a/b": [1, "2", 128], "c": 3}}`: {
			"/prices/a~1b/1: wrong-type", "/prices/a~1b/2: wrong-value", "/prices/c: wrong-type",
		},
		`{"pair": [1, "2"], "bytes": "?"}`: {"/pair: wrong-type", "/bytes: wrong-value"},
		`[]`:                               {": wrong-type"},
	} {
		if got := read(text, new(order), false); !reflect.DeepEqual(got, expected) {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func TestUnknownMembersAreIgnoredUnlessReadStrictly(t *testing.T) {
	const text = `{"lines": [{"color": [1, {"a": "}"}], "Quantity": 3, "hidden": 1, "Skipped": 1}], "x/y": null}`
	var o order
	if got := read(text, &o, false); got != nil || o.Lines[0].Quantity != 0 || o.Lines[0].hidden != 0 {
		t.Error(got, o)
	}
	expected := []string{
		"/lines/0/color: unknown-field", "/lines/0/Quantity: unknown-field", "/lines/0/hidden: unknown-field",
		"/lines/0/Skipped: unknown-field", "/x~1y: unknown-field",
	}
	if got := read(text, &o, true); !reflect.DeepEqual(got, expected) {
		t.Errorf("%q", got)
	}
}

func TestWhatIsNoJSONIsThatAlone(t *testing.T) {
	deep := strings.Repeat("[", deepest+1) + strings.Repeat("]", deepest+1)
	for _, text := range []string{
		``, ` `, `{`, `{"lines": []`, `{"lines": []} x`, `{"lines": {}} x`, `{"lines": [1,]}`, `{"lines" []}`, `{lines: []}`,
		`{"a": 1,}`, `{"a": 01}`, `{"a": 1.}`, `{"a": .5}`, `{"a": -}`, `{"a": +1}`, `{"a": 1e}`, `{"a": nul}`, `{"a": "}`,
		`{"a": "\x"}`, `{"a": "\u12"}`, `{"a": "\ud800"}`, `{"a": "\ud800\u0041"}`, `{"a": "\udc00\ud800"}`, "{\"a\": \"\n\"}",
		`{"known": tru}`, `{"known": true, "Raw": }`, `{"a": ` + deep + `}`, "{\"a\": \x00}", `{"a": "\`, `{} {}`, `nullx`,
	} {
		if got := read(text, new(order), false); !reflect.DeepEqual(got, []string{": not-json"}) {
			t.Errorf("%s: %q", text, got)
		}
		if json.Valid([]byte(text)) && !strings.Contains(text, `\u`) && !strings.Contains(text, "[[") {
			t.Errorf("%s: it is", text)
		}
	}
}

func TestTextsAreReadWithAllTheirEscapes(t *testing.T) {
	for text, expected := range map[string]string{
		`"plain ü 😀"`: "plain ü 😀", `"\"\\\/\b\f\n\r\t"`: "\"\\/\b\f\n\r\t", `"a\u00fcb\ud83d\ude00c"`: "aüb😀c",
		`"\ufffd\u0000"`: "\ufffd\x00", `""`: "", `"\uD83D\uDE00"`: "😀",
	} {
		var got string
		if found := read(text, &got, false); found != nil || got != expected {
			t.Errorf("%s: %q, %q", text, got, found)
		}
		if got := Unquoted(text); got != expected {
			t.Errorf("%s: unquoted %q", text, got)
		}
	}
}

func TestNumbersInAnyStayExact(t *testing.T) {
	var value any
	if found := read(`{"a": [18446744073709551615, 1e400]}`, &value, false); found != nil {
		t.Error(found)
	}
	if got, _ := json.Marshal(value); string(got) != `{"a":[18446744073709551615,1e400]}` {
		t.Errorf("%s", got)
	}
}

func TestNullEmptiesWhatCanBeEmpty(t *testing.T) {
	o := order{Lines: []line{{}}, Known: true, Prices: map[string][]int8{}}
	if found := read(`{"lines": null, "known": null, "prices": null}`, &o, false); found != nil || o.Lines != nil || !o.Known || o.Prices != nil {
		t.Error(found, o)
	}
}

func TestTypesWithUnusualTagsAreLeftToTheLibrary(t *testing.T) {
	type inner struct{ A int }
	var value struct {
		inner
		B int `json:"b,string"`
	}
	if found := read(`{"A": 1, "b": "2"}`, &value, false); found != nil || value.A != 1 || value.B != 2 {
		t.Error(found, value)
	}
}

func TestAHugeValueMakesNoHugeText(t *testing.T) {
	var value measure
	found := Read(`"`+strings.Repeat("ä", 10_000)+`"`, &value, Options{Describe: func(error) (string, string) {
		return "wrong-value", strings.Repeat("ä", 10_000)
	}})
	if text := found[0].Text; len(text) > textLimit+len("…") || !strings.HasSuffix(text, "ä…") {
		t.Error(len(text))
	}
}

// What fits is read as encoding/json reads it, and what isn't JSON for one isn't for the other.
func FuzzReadingAgreesWithTheLibrary(f *testing.F) {
	f.Add(`{"lines": [{"a/b~c": "x\u00fc", "quantity": 7, "price": -1.5e3, "unit": "piece", "rest": {"a": [1]}, "next": {}}]}`)
	f.Add(`{"prices": {"a": [1, -2]}, "known": true, "pair": [1, 2], "bytes": "YQ=="}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		var ours, theirs order
		found := read(text, &ours, false)
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		err := decoder.Decode(&theirs)
		isJSON := json.Valid([]byte(text))
		if len(found) > 0 && found[0] == ": not-json" {
			// Only this one minds half surrogates and depth.
			if isJSON && !strings.Contains(text, `\u`) && strings.Count(text, "[")+strings.Count(text, "{") < deepest {
				t.Errorf("%q: %q", text, found)
			}
			return
		}
		if !isJSON {
			t.Errorf("%q: not JSON", text)
		}
		// encoding/json takes `KNOWN` for `known`, and mends text that is no UTF-8.
		if found == nil && err == nil && strings.ToLower(text) == text && strings.ToValidUTF8(text, "") == text && !reflect.DeepEqual(ours, theirs) {
			t.Errorf("%q: %+v, but %+v", text, ours, theirs)
		}
	})
}
