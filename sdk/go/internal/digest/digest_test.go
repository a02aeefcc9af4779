package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

func TestDigestsAreThoseOfTheStandardWhateverTheLength(t *testing.T) {
	for length := range 200 {
		text := strings.Repeat("key ", length)[:length]
		want := sha256.Sum256([]byte(text))
		if got := Hex(text); got != hex.EncodeToString(want[:]) {
			t.Errorf("%d bytes: %s", length, got)
		}
	}
}
