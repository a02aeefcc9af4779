package quality

import (
	"encoding/json"
	"testing"
)

func TestEveryDigitOfAJSONNumberIsWritten(t *testing.T) {
	for _, digits := range []string{"0.10", "-3", "12345678901234567890.123", "0.0000000000000000000000000001", "100"} {
		number, err := Plain.Parse(digits)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(map[string]any{"price": number.AsJSONNumber()})
		if want := `{"price":` + digits + `}`; err != nil || string(text) != want {
			t.Errorf("%s, not %s (%v)", text, want, err)
		}
	}
}
