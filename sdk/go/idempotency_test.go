package sdk

import (
	"encoding/json"
	"os"
	"testing"
)

func TestAKeyIsThatOfEveryOtherLanguage(t *testing.T) {
	text, err := os.ReadFile("../../tests/conformance/idempotency-keys.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors [][2]json.RawMessage
	if err := json.Unmarshal(text, &vectors); err != nil || len(vectors) < 20 {
		t.Fatal(len(vectors), err)
	}
	for _, vector := range vectors {
		var parts []string
		var want string
		if err := json.Unmarshal(vector[0], &parts); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(vector[1], &want); err != nil {
			t.Fatal(err)
		}
		if key := IdempotencyKey(parts...); key != want {
			t.Errorf("%q: %s, not %s", parts, key, want)
		}
	}
}

func TestAKeyOfNothingIsABug(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	IdempotencyKey()
}
