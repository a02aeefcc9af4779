package sdk

import (
	"strings"

	"gantry/sdk/internal/digest"
)

const (
	// Longest idempotency key that the contract allows, in bytes.
	longestKey = 255
	// How much of a longer one stays readable.
	keptOfKey = 64
)

// IdempotencyKey is an idempotency key of these parts: say what kind of thing it is, which one, and which change of it.
//
//	sdk.IdempotencyKey("customer", "C-17", "2026-11-30T09:15:00Z") // customer/C-17/2026-11-30T09:15:00Z
//	sdk.IdempotencyKey("customer", "Αθήνα")                        // customer/%CE%91%CE%B8%CE%AE%CE%BD%CE%B1
//
// The same parts make the same key, other parts another one. Without what changes (a version, the time of the change)
// the second change of a customer would carry the key of the first, and a target that honours keys would drop it: if
// the data has no such part, leave the key to the host.
//
// Letters, digits and `. _ - + @ :` stay; other bytes of UTF-8 become `%` and two digits; an empty part becomes `~`; `/`
// joins the parts. Of more than 255 bytes the first 64 stay, followed by `~` and the SHA-256 of them all. The rule is the
// same in the SDK of every language, so that a plugin ported to another one keeps its keys;
// tests/conformance/idempotency-keys.json holds them all to it.
//
// It panics without any part: such a key would be that of every message.
func IdempotencyKey(parts ...string) string {
	if len(parts) == 0 {
		panic("an idempotency key needs at least one part")
	}
	var key strings.Builder
	for i, part := range parts {
		if i > 0 {
			key.WriteByte('/')
		}
		writeKeyPart(&key, part)
	}
	if key.Len() <= longestKey {
		return key.String()
	}
	return key.String()[:keptOfKey] + "~" + digest.Hex(key.String())
}

func writeKeyPart(key *strings.Builder, part string) {
	const digits = "0123456789ABCDEF"
	if part == "" {
		key.WriteByte('~')
	}
	for _, b := range []byte(part) {
		if isKeyByte(b) {
			key.WriteByte(b)
		} else {
			key.Write([]byte{'%', digits[b>>4], digits[b&15]})
		}
	}
}

// isKeyByte says whether a byte stays as it is.
func isKeyByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("._-+@:", b) >= 0
}
