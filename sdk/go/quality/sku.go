package quality

import (
	"strings"

	"gantry/sdk"
)

// WithoutPrefix is the article number behind the shop's prefix: `PROD-12345` → `12345`. Anything but letters, digits,
// `-`, `.` and `_` behind the prefix, or nothing at all, is a `wrong-sku`.
func WithoutPrefix(prefix string) func(sku string) (string, error) {
	return func(sku string) (string, error) {
		number, found := strings.CutPrefix(strings.TrimSpace(sku), prefix)
		if !found || number == "" || strings.ContainsFunc(number, isNotOfSKU) {
			return "", sdk.NewDefect("wrong-sku", "`%s` is not `%s` and an article number", sku, prefix)
		}
		return number, nil
	}
}

func isNotOfSKU(char rune) bool {
	isLetter := 'a' <= char && char <= 'z' || 'A' <= char && char <= 'Z'
	return !isLetter && !('0' <= char && char <= '9') && char != '-' && char != '.' && char != '_'
}
